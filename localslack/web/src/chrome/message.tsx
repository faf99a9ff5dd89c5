// One message: who, when, what it says, what can be pressed. Knows nothing of the list it stands in.
import type { ComponentChildren } from "preact";
import { memo } from "./memo";
import { useState } from "preact/hooks";
import { click, react } from "../acts";
import { BlockList } from "../blocks/block";
import { SettingContext } from "../blocks/field";
import { emoji } from "../emoji";
import { type Names, shown, useNames } from "../names";
import { openThread } from "../room";
import { Mrkdwn } from "../rich";
import type { Attachment, Block, Message } from "../shapes";
import { T } from "../text";
import { clock, full, moment } from "../when";
import { Avatar } from "./avatar";
import { Files } from "./files";
import { Icon } from "./icons";
import { type OpenTool, Tools, toolKey } from "./message_tools";
import { nameAndTitle } from "./people";

interface Props {
  message: Message;
  compact: boolean;
  /** Replies that are here: how many, where they may be opened. Null where the message is not a thread's root. */
  replies: number | null;
  inThread: boolean;
}

const QUIET = new Set(["channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "group_join"]);

function authorOf(message: Message, names: Names): { name: string; app: boolean } {
  const user = names.user(message.user ?? "");
  const app = !!user?.is_bot || !!message.bot_id;
  return { name: message.username || (user ? nameAndTitle(user)[0] : T.unknownPerson), app };
}

function AttachmentView({ attachment }: { attachment: Attachment }) {
  const named: Record<string, string> = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };
  const colour = attachment.color ? (named[attachment.color] ?? `#${attachment.color.replace("#", "")}`) : undefined;
  return (
    <div class="attachment" style={colour ? { borderColor: colour } : undefined}>
      {attachment.pretext && <Mrkdwn text={attachment.pretext} />}
      {attachment.title && <b>{attachment.title}</b>}
      {attachment.blocks ? <BlockList blocks={attachment.blocks} /> : <Mrkdwn text={attachment.text ?? attachment.fallback ?? ""} />}
      {attachment.footer && <small>{attachment.footer}</small>}
    </div>
  );
}

function Body({ message }: { message: Message }) {
  const blocks = (message.blocks ?? []).filter((block): block is Block => !!block);
  return (
    <div class="body">
      {blocks.length ? <BlockList blocks={blocks} /> : message.text && <div class="words"><Mrkdwn text={message.text} /></div>}
      {message.attachments?.map((attachment, i) => <AttachmentView key={i} attachment={attachment} />)}
      {!!message.files?.length && <Files files={message.files} />}
      {message.streaming && <span class="caret" aria-hidden="true" />}
      {message.edited && !blocks.length && <span class="edited" title={full(message.edited.ts)}>{T.edited}</span>}
    </div>
  );
}

function Reactions({ message }: { message: Message }) {
  const names = useNames();
  if (!message.reactions?.length) return null;
  return (
    <div class="reactions">
      {message.reactions.map((one) => {
        const who = one.users.map((id) => (id === names.me ? T.you : shown(names.user(id)))).join(", ");
        const mine = one.users.includes(names.me);
        return (
          <button type="button" key={one.name} class={mine ? "reaction on" : "reaction"} aria-pressed={mine} title={T.reactedBy(who, one.name)}
            onClick={() => void react(message, one.name)}>
            <span class="emoji">{emoji(one.name)}</span> {one.count}
          </button>
        );
      })}
    </div>
  );
}

function ReplyLine({ message, replies }: { message: Message; replies: number }) {
  const names = useNames();
  const people = [...new Set(message.reply_users ?? [])].slice(0, 4);
  return (
    <button type="button" class="replies" onClick={() => openThread(message.ts)}>
      {people.map((id) => <Avatar key={id} user={names.user(id)} id={id} size={24} />)}
      <b>{T.replies(replies)}</b>
      <span class="replies-when">{message.latest_reply ? T.lastReply(moment(message.latest_reply)) : ""}</span>
      <span class="replies-see">{T.seeThread}</span>
      <Icon name="right" size={16} />
    </button>
  );
}

function Frame({ message, className, inThread, children }: { message: Message; className: string; inThread?: boolean; children: ComponentChildren }) {
  const [open, setOpen] = useState<OpenTool>(null);
  const act = (element: { action_id?: string }, block_id: string | undefined, value?: unknown) =>
    click({ channel: message.channel, ts: message.ts }, element.action_id ?? "", block_id, value);
  const quiet = message.ephemeral || inThread === undefined;
  const key = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey || quiet) return;
    if (toolKey(event.key, message, !!inThread, setOpen)) event.preventDefault();
  };
  return (
    <SettingContext.Provider value={{ host: { channel: message.channel, ts: message.ts }, form: null, state: message.state?.values, act }}>
      <article class={open ? `${className} held` : className} data-ts={message.ts} tabIndex={-1} onKeyDown={key}>
        {children}
        {!quiet && <Tools message={message} inThread={!!inThread} open={open} setOpen={setOpen} />}
      </article>
    </SettingContext.Provider>
  );
}

export const MessageView = memo(function MessageView({ message, compact, replies, inThread }: Props) {
  const names = useNames();
  const author = authorOf(message, names);
  if (QUIET.has(message.subtype ?? "")) {
    return <Frame message={message} className="message message-quiet"><Mrkdwn text={message.text} /></Frame>;
  }
  const marks = ["message", compact && "compact", message.ephemeral && "ephemeral"].filter(Boolean).join(" ");
  return (
    <Frame message={message} className={marks} inThread={inThread}>
      {message.ephemeral && <div class="only-you"><Icon name="eye" size={14} /> {T.onlyYou}</div>}
      <div class="gutter">
        {compact ? <time class="side-time" title={full(message.ts)}>{clock(message.ts)}</time> : <Avatar user={names.user(message.user ?? "")} id={message.user} />}
      </div>
      <div class="content">
        {!compact && (
          <div class="by">
            <b class="author">{author.name}</b>
            {author.app && <span class="badge">{T.app}</span>}
            <time title={full(message.ts)}>{clock(message.ts)}</time>
          </div>
        )}
        <Body message={message} />
        <Reactions message={message} />
        {!!replies && <ReplyLine message={message} replies={replies} />}
      </div>
    </Frame>
  );
});
