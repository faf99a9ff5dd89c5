// Where one types: Enter sends, Shift+Enter breaks the line, @ # / offer what they can complete.
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { join, runShortcut, send, sendFiles } from "../acts";
import { botName } from "../names";
import type { Channel, State } from "../shapes";
import { T } from "../text";
import { Chips, useAttachments, useDrop } from "./attach";
import { type Offer, commandOf, offersAt } from "./complete";
import { Icon, type IconName } from "./icons";
import { MenuButton, type MenuItem } from "./menu";
import { Offers } from "./offers";

const drafts = new Map<string, string>();

/** Whether something half written waits in a channel. */
export const hasDraft = (state: State, channel: Channel) => !!drafts.get(`${state.me?.id}/${channel.id}/`)?.trim();

interface Props {
  state: State;
  channel: Channel;
  thread?: string;
  /** Which pane it stands in. */
  place: "channel" | "thread";
  placeholder: string;
  focus?: boolean;
  /** Words put into the composer from outside: an example that was clicked. */
  seed?: { n: number; text: string } | null;
}

const MARKS: [IconName, string, string][] = [
  ["bold", "*", T.bold], ["italic", "_", T.italic], ["strike", "~", T.strike], ["code", "`", T.code],
];

function useDraft(key: string) {
  const [text, setText] = useState(drafts.get(key) ?? "");
  useEffect(() => setText(drafts.get(key) ?? ""), [key]);
  const write = (next: string) => {
    drafts.set(key, next);
    setText(next);
  };
  return { text, write };
}

const coarse = () => window.matchMedia("(pointer: coarse)").matches;

/** The ⚡ menu: what the app offers anywhere. */
function shortcutItems(state: State): MenuItem[] {
  const global = (state.shortcuts ?? []).filter((one) => one.type === "global");
  return global.map((one) => ({
    key: one.callback_id, icon: "bolt", label: one.name, note: one.description, group: botName(state), pick: () => void runShortcut(one.callback_id),
  }));
}

function Foot({ state, thread, add, attach, ready, go }: {
  state: State;
  thread: string | undefined;
  add: (what: string) => void;
  attach: (files: Iterable<File>) => void;
  ready: boolean;
  go: () => void;
}) {
  const picker = useRef<HTMLInputElement>(null);
  const picked = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    attach([...(input.files ?? [])]);
    input.value = "";
  };
  return (
    <div class="composer-foot">
      <input type="file" multiple hidden ref={picker} data-attach onChange={picked} />
      <button type="button" class="ghost ghost-small" title={T.attach} aria-label={T.attach} onClick={() => picker.current?.click()}><Icon name="clip" /></button>
      <button type="button" class="ghost ghost-small" title={T.mention} aria-label={T.mention} onClick={() => add("@")}><Icon name="at" /></button>
      {!thread && <button type="button" class="ghost ghost-small" title={T.slash} aria-label={T.slash} onClick={() => add("/")}><Icon name="slash" /></button>}
      <MenuButton label={T.shortcuts} items={() => shortcutItems(state)} empty={T.noShortcuts}><Icon name="bolt" /></MenuButton>
      <span class="composer-tip">{T.sendHint}</span>
      <button type="button" class="send" disabled={!ready} title={T.send} aria-label={T.send} onClick={go}><Icon name="send" /></button>
    </div>
  );
}

export function Composer({ state, channel, thread, place: pane, placeholder, focus, seed }: Props) {
  const key = `${state.me?.id}/${channel.id}/${thread ?? ""}`;
  const { text, write } = useDraft(key);
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(0);
  const [shut, setShut] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const wanted = useRef<number | null>(null);
  const wrap = useRef<HTMLDivElement>(null);
  const list = useId();
  const attached = useAttachments(key);
  const hanging = useDrop(wrap, attached.add);

  const found = shut === text ? null : offersAt(state, channel, text, caret);
  const offers = found?.offers ?? [];
  const chosen = offers[Math.min(at, offers.length - 1)];
  const command = thread ? undefined : commandOf(state, text);

  useEffect(() => {
    if (focus && !coarse()) box.current?.focus();
    setProblem(null);
  }, [key, focus]);
  useEffect(() => {
    if (seed) put(seed.text, seed.text.length);
  }, [seed?.n]);
  // At once, not at the next frame: the next key may already be on its way.
  const place = () => {
    if (wanted.current === null) return;
    box.current?.focus();
    box.current?.setSelectionRange(wanted.current, wanted.current);
    wanted.current = null;
  };
  useLayoutEffect(() => {
    place();
    const area = box.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 240)}px`;
  }, [text]);

  const put = (next: string, to: number) => {
    wanted.current = to;
    write(next);
    setCaret(to);
    setAt(0);
    if (next === text) place();
  };
  const take = (offer: Offer) => {
    const from = found?.from ?? caret;
    put(`${text.slice(0, from)}${offer.insert}${text.slice(caret).replace(/^ /, "")}`, from + offer.insert.length);
  };
  const share = async (typed: string) => {
    attached.setProgress(0);
    const why = await sendFiles(channel.id, typed, attached.files, thread, attached.setProgress);
    attached.setProgress(null);
    if (!why) attached.clear();
    return why;
  };
  const go = async () => {
    const typed = text;
    if ((!typed.trim() && !attached.files.length) || attached.progress !== null) return;
    write("");
    setProblem(null);
    const why = attached.files.length ? await share(typed) : await send(channel.id, typed, thread);
    if (why) {
      setProblem(why);
      if (!drafts.get(key)) write(typed);
    }
  };
  const surround = (mark: string) => {
    const area = box.current;
    if (!area) return;
    const [from, to] = [area.selectionStart, area.selectionEnd];
    put(`${text.slice(0, from)}${mark}${text.slice(from, to)}${mark}${text.slice(to)}`, to + (from === to ? 1 : 2));
  };
  const add = (what: string) => {
    const space = what === "@" && caret > 0 && !/\s$/.test(text.slice(0, caret)) ? " " : "";
    if (what === "/") put(text.startsWith("/") ? text : `/${text}`, 1);
    else put(`${text.slice(0, caret)}${space}${what}${text.slice(caret)}`, caret + space.length + what.length);
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (chosen && by) setAt((Math.min(at, offers.length - 1) + by + offers.length) % offers.length);
    else if (chosen && (event.key === "Tab" || (event.key === "Enter" && chosen.insert.trim() !== text.slice(found?.from, caret)))) take(chosen);
    else if (chosen && event.key === "Escape") setShut(text);
    else if (event.key === "Enter" && !event.shiftKey && !coarse()) void go();
    else if ((event.ctrlKey || event.metaKey) && (event.key === "b" || event.key === "i")) surround(event.key === "b" ? "*" : "_");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    attached.add(files);
  };
  const moved = () => setCaret(box.current?.selectionStart ?? 0);

  if (!channel.is_member) return (
    <div class="composer-closed">
      <Icon name="eye" /> <span>{T.notMember}</span>
      {!channel.is_private && <button type="button" class="button button-small" onClick={() => void join(channel.id)}>{T.join}</button>}
    </div>
  );
  return (
    <div class="composer-wrap" ref={wrap}>
      {hanging && <div class="drop-veil" role="status">{T.dropHere(channel.is_im ? "" : `#${channel.name}`)}</div>}
      <Offers id={list} offers={offers} chosen={chosen} hover={setAt} take={take} />
      {problem && <div class="composer-problem" role="alert"><Icon name="warning" size={16} /> {problem}</div>}
      {command && <div class="composer-hint"><b>{command.command}</b> <code>{command.usage_hint}</code> <span>{command.description}</span></div>}
      <div class="composer">
        <div class="composer-marks" role="toolbar" aria-label={T.format}>
          {MARKS.map(([icon, mark, label]) => (
            <button type="button" key={icon} class="ghost ghost-small" title={label} aria-label={label}
              onPointerDown={(event) => event.preventDefault()} onClick={() => surround(mark)}>
              <Icon name={icon} size={16} />
            </button>
          ))}
        </div>
        <textarea ref={box} rows={1} value={text} placeholder={placeholder} aria-label={placeholder} aria-autocomplete="list"
          aria-controls={offers.length ? list : undefined} aria-activedescendant={chosen ? `${list}-${offers.indexOf(chosen)}` : undefined} data-composer={pane}
          onInput={(event) => { write(event.currentTarget.value); setCaret(event.currentTarget.selectionStart); setAt(0); }}
          onKeyDown={keyDown} onKeyUp={moved} onClick={moved} onPaste={paste} />
        <Chips attachments={attached} />
        <Foot state={state} thread={thread} add={add} attach={attached.add} ready={(!!text.trim() || attached.files.length > 0) && attached.progress === null} go={() => void go()} />
      </div>
    </div>
  );
}
