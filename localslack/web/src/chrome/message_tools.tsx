// What can be done with a message: react, answer, copy, and the shortcuts the app offers on it.
import { useRef } from "preact/hooks";
import { copy, react, runShortcut } from "../acts";
import { permalink } from "../address";
import { QUICK, emoji } from "../emoji";
import { botName, useNames } from "../names";
import { current, openThread } from "../room";
import type { Message } from "../shapes";
import { T } from "../text";
import { EmojiPicker } from "./emoji_picker";
import { Icon } from "./icons";
import { Menu, type MenuItem } from "./menu";

export type OpenTool = "menu" | "react" | null;

interface Props {
  message: Message;
  inThread: boolean;
  open: OpenTool;
  setOpen: (open: OpenTool) => void;
}

const thread = (message: Message) => openThread(message.thread_ts ?? message.ts);

/** The keys of a chosen message; true where the key was one of them. */
export function toolKey(key: string, message: Message, inThread: boolean, setOpen: (open: OpenTool) => void): boolean {
  const does: Record<string, () => void> = {
    r: () => setOpen("react"),
    m: () => setOpen("menu"),
    ContextMenu: () => setOpen("menu"),
    c: () => void copy(message.text),
    l: () => void copy(permalink(message), T.linkCopied),
    ...(inThread ? {} : { t: () => thread(message), Enter: () => thread(message) }),
  };
  does[key.length === 1 ? key.toLowerCase() : key]?.();
  return key in does || key.toLowerCase() in does;
}

function itemsOf(message: Message, inThread: boolean, setOpen: (open: OpenTool) => void): MenuItem[] {
  const state = current().state;
  const shortcuts = (state?.shortcuts ?? []).filter((one) => one.type === "message");
  const own: (MenuItem | false)[] = [
    { key: "react", icon: "smile", label: T.addReaction, hint: "R", pick: () => setOpen("react") },
    !inThread && { key: "thread", icon: "reply", label: T.replyInThread, hint: "T", pick: () => thread(message) },
    { key: "text", icon: "copy", label: T.copyText, hint: "C", pick: () => void copy(message.text) },
    { key: "link", icon: "link", label: T.copyLink, hint: "L", pick: () => void copy(permalink(message), T.linkCopied) },
  ];
  return [
    ...own.filter((item): item is MenuItem => !!item),
    ...shortcuts.map((one): MenuItem => ({
      key: one.callback_id,
      icon: "bolt",
      label: one.name,
      note: one.description,
      group: state ? botName(state) : "",
      pick: () => void runShortcut(one.callback_id, { channel: message.channel, ts: message.ts }),
    })),
  ];
}

export function Tools({ message, inThread, open, setOpen }: Props) {
  useNames();
  const reacting = useRef<HTMLButtonElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  return (
    <div class="tools" role="toolbar" aria-label={T.messageActions}>
      {QUICK.map((name) => (
        <button type="button" key={name} class="ghost ghost-small tools-quick" title={T.reactWith(name)} aria-label={T.reactWith(name)} onClick={() => void react(message, name)}>
          <span class="emoji">{emoji(name)}</span>
        </button>
      ))}
      <button type="button" ref={reacting} class="ghost ghost-small" title={T.addReaction} aria-label={T.addReaction} aria-haspopup="dialog"
        aria-expanded={open === "react"} onClick={() => setOpen(open === "react" ? null : "react")}>
        <Icon name="smile" />
      </button>
      {!inThread && (
        <button type="button" class="ghost ghost-small" title={T.replyInThread} aria-label={T.replyInThread} onClick={() => thread(message)}>
          <Icon name="reply" />
        </button>
      )}
      <button type="button" ref={more} class="ghost ghost-small" title={T.moreActions} aria-label={T.moreActions} aria-haspopup="menu"
        aria-expanded={open === "menu"} onClick={() => setOpen(open === "menu" ? null : "menu")}>
        <Icon name="more" />
      </button>
      {open === "menu" && (
        <Menu label={T.messageActions} items={itemsOf(message, inThread, setOpen)} anchor={more.current} onClose={() => setOpen(null)} />
      )}
      {open === "react" && (
        <EmojiPicker anchor={reacting.current} onClose={() => setOpen(null)} pick={(name) => { setOpen(null); void react(message, name); }} />
      )}
    </div>
  );
}
