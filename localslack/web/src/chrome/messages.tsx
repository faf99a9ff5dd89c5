// A list of messages: days, what is new, who spoke again; it stays at the bottom unless one scrolled away.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Careful } from "../blocks/unknown";
import { useNames } from "../names";
import type { Message } from "../shapes";
import { T } from "../text";
import { dayKey, dayName } from "../when";
import { Icon } from "./icons";
import { MessageView } from "./message";

const at = (message: Message) => Number.parseFloat(message.ts);
export const isReply = (message: Message) => !!message.thread_ts && message.thread_ts !== message.ts;
const isReal = (message: Message) => !!message.blocks?.length || !!message.text || !!message.files?.length || !!message.attachments?.length || !!message.streaming;

/** What stands in the channel itself: roots, and replies that were also sent to it. */
export const channelLine = (messages: Message[]) =>
  messages.filter((one) => isReal(one) && (!isReply(one) || one.subtype === "thread_broadcast"));

/** Each question with its answers, one conversation after the other: how the app's own DM reads. */
export function conversations(messages: Message[]): Message[] {
  const replies = Map.groupBy(messages.filter(isReply), (one) => one.thread_ts as string);
  return channelLine(messages).flatMap((root) => [root, ...(isReply(root) ? [] : (replies.get(root.ts) ?? []))]).filter(isReal);
}

/** Said by the same person within five minutes: no need to name them again. */
function follows(message: Message, before: Message | undefined): boolean {
  if (!before || before.user !== message.user || before.username !== message.username) return false;
  if (before.ephemeral || message.ephemeral || message.subtype !== before.subtype) return false;
  return at(message) - at(before) < 300 && at(message) >= at(before) && dayKey(message.ts) === dayKey(before.ts) && !before.reply_count;
}

/** The end of a list, or the top of its last message where that one is taller than the box: an answer is read from its headline. */
function endOf(box: HTMLElement): number {
  const items = box.querySelectorAll<HTMLElement>(".list-item");
  const last = items[items.length - 1];
  const end = box.scrollHeight - box.clientHeight;
  if (!last || last.offsetHeight < box.clientHeight - 24) return end;
  const question = items[items.length - 2];
  const first = question && question.offsetHeight < 110 ? question : last;
  return Math.min(end, first.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - 8);
}

interface End {
  key: string;
  count: number;
  unreadFrom: string | null;
  /** The last message when it is one's own: sending always shows what was sent. */
  own: string | null;
  /** A message that was looked for. */
  sought: string | null;
  /** What stands under the messages is to be seen whole. */
  foot: boolean;
}

/** Keeps a scrolled box at its end while it grows, unless one has scrolled up; says how far away the end is. */
function useEnd({ key, count, unreadFrom, own, sought, foot }: End) {
  const box = useRef<HTMLDivElement>(null);
  const inside = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [away, setAway] = useState(0);
  const seen = useRef(count);
  const put = useRef(-1);
  const toEnd = () => {
    if (!box.current) return;
    box.current.scrollTop = foot ? box.current.scrollHeight : endOf(box.current);
    put.current = box.current.scrollTop;
  };
  useLayoutEffect(() => {
    stuck.current = true;
    seen.current = count;
    setAway(0);
    const line = unreadFrom ? box.current?.querySelector(".new-line") : null;
    if (line) line.scrollIntoView({ block: "center" });
    else toEnd();
  }, [key, count > 0, foot]);
  const wanted = sought && box.current?.querySelector(`[data-ts="${CSS.escape(sought)}"]`);
  useLayoutEffect(() => {
    const found = sought && box.current?.querySelector(`[data-ts="${CSS.escape(sought)}"]`);
    if (!found) return;
    stuck.current = false;
    found.scrollIntoView({ block: "center" });
    found.classList.add("sought");
  }, [sought, !!wanted, count > 0]);
  useLayoutEffect(() => {
    if (own && count > seen.current) stuck.current = true;
    if (stuck.current) {
      toEnd();
      seen.current = count;
    } else setAway(Math.max(0, count - seen.current));
  }, [count]);
  const settle = useRef(toEnd);
  settle.current = toEnd;
  useEffect(() => {
    if (!inside.current) return undefined;
    const watcher = new ResizeObserver(() => stuck.current && settle.current());
    watcher.observe(inside.current);
    if (box.current) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
    stuck.current = atEnd || Math.abs(element.scrollTop - put.current) < 2;
    if (stuck.current) {
      seen.current = count;
      setAway(0);
    }
  };
  return { box, inside, away, onScroll, toEnd };
}

interface Props {
  id: string;
  messages: Message[];
  /** Replies that only this person has, beside the counted ones. */
  extraReplies?: Map<string, number>;
  mode: "channel" | "conversation" | "thread";
  /** What the app called the conversation that begins here. */
  titleOf?: (ts: string) => string | undefined;
  readUntil?: string | null;
  head?: ComponentChildren;
  foot?: ComponentChildren;
  /** The foot is what one came for: it is scrolled to. */
  footFirst?: boolean;
  /** A message that was looked for: it is scrolled to and lit up. */
  sought?: string | null;
  /** After the first message: "3 respuestas". */
  afterFirst?: ComponentChildren;
  label: string;
}

function repliesOf(message: Message, mode: Props["mode"], extra: Map<string, number> | undefined): number | null {
  if (mode !== "channel" || isReply(message)) return null;
  return (message.reply_count ?? 0) + (extra?.get(message.ts) ?? 0);
}

/** The arrows walk from message to message; from the composer, Shift+Tab comes here. */
function walkMessages(event: KeyboardEvent): void {
  const list = event.currentTarget as HTMLElement;
  const target = event.target as HTMLElement;
  if (target !== list && !target.matches("article")) return;
  const items = [...list.querySelectorAll<HTMLElement>("article")];
  const at = items.indexOf(target);
  const moves: Record<string, HTMLElement | undefined> = {
    ArrowUp: at < 0 ? items.at(-1) : items[at - 1],
    ArrowDown: at < 0 ? items.at(-1) : items[at + 1],
    Home: items[0],
    End: items.at(-1),
  };
  const next = moves[event.key];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function Divider({ kind, text }: { kind: "day" | "new" | "talk"; text: string }) {
  return <div class={`${kind}-line`} role="separator"><span>{text}</span></div>;
}

export function Messages({ id, messages, extraReplies, mode, titleOf, readUntil, sought, head, foot, footFirst, afterFirst, label }: Props) {
  const me = useNames().me;
  const last = messages.at(-1);
  const fresh = messages.find((one) => readUntil && at(one) > Number.parseFloat(readUntil));
  const { box, inside, away, onScroll, toEnd } = useEnd({
    key: id, count: messages.length, unreadFrom: fresh?.ts ?? null, own: last?.user === me ? last.ts : null, sought: sought ?? null,
    foot: !!footFirst,
  });
  return (
    <div class="list-wrap">
      <div class="list" ref={box} onScroll={onScroll} onKeyDown={walkMessages} tabIndex={0} role="log" aria-label={label}>
        <div class="list-inside" ref={inside}>
          {head}
          {messages.map((message, i) => {
            const before = messages[i - 1];
            const newDay = mode !== "thread" && (!before || dayKey(before.ts) !== dayKey(message.ts));
            const newTalk = mode === "conversation" && !!before && !isReply(message) && (isReply(before) || !!message.reply_count);
            const isNew = message === fresh && mode !== "thread";
            const compact = !newDay && !newTalk && !isNew && (mode !== "thread" || i !== 1) && follows(message, before);
            return (
              <div key={message.ts} class="list-item">
                {newDay && <Divider kind="day" text={dayName(message.ts)} />}
                {newTalk && !newDay && <Divider kind="talk" text={titleOf?.(message.ts) || T.newConversation} />}
                {isNew && <Divider kind="new" text={T.newLine} />}
                <Careful>
                  <MessageView message={message} compact={compact} replies={repliesOf(message, mode, extraReplies)} inThread={mode !== "channel"} />
                </Careful>
                {i === 0 && afterFirst}
              </div>
            );
          })}
          {foot}
        </div>
      </div>
      {away > 0 && <button type="button" class="below" onClick={toEnd}><Icon name="down" size={16} /> {T.newBelow(away)}</button>}
    </div>
  );
}
