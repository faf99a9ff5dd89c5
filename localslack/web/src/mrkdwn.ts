// Slack's mrkdwn as a tree. Entities are decoded last, on leaves only, so text that came from data
// (&lt;@U1&gt;) can never turn into a mention, a link or a style. Knows nothing of drawing.

import type { Tab } from "./address";

export type Inline =
  | { t: "text"; s: string }
  | { t: "b" | "i" | "s"; c: Inline[] }
  | { t: "code"; s: string }
  | { t: "link"; href: string; c: Inline[] }
  | { t: "app"; app: string; tab: Tab; c: Inline[] }
  | { t: "user"; id: string }
  | { t: "channel"; id: string; label: string }
  | { t: "broadcast"; name: string }
  | { t: "date"; ts: string; pattern: string; fallback: string }
  | { t: "emoji"; name: string };

export type Part = { t: "p" | "quote"; c: Inline[] } | { t: "pre"; s: string };

const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
export const decode = (s: string) => s.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity);

/** Only these may be followed from the page; anything else is shown as its label. */
export const safeHref = (href: string) => (/^(?:https?:\/\/|mailto:|tel:)/i.test(href) ? href : null);

/** `slack://app?team=T1&id=A1&tab=home`: an app and one of its tabs, the messages where none or another is named. */
function deepLink(href: string): { app: string; tab: Tab } | null {
  const asked = /^slack:\/\/app\?(.+)$/i.exec(href);
  const query = new URLSearchParams(asked?.[1]);
  const [app, tab] = [query.get("id"), query.get("tab")];
  return app ? { app, tab: tab === "home" || tab === "history" ? tab : "messages" } : null;
}

const STYLES: Record<string, "b" | "i" | "s"> = { "*": "b", _: "i", "~": "s" };
const isWord = (c: string | undefined) => c !== undefined && /[\p{L}\p{N}]/u.test(c);
const isSpace = (c: string | undefined) => c === undefined || /\s/.test(c);

/** Where the mark that opens at `from` closes, or -1: not after a space, not inside a word, same line. */
function closing(s: string, from: number, mark: string): number {
  for (let i = from + 1; i < s.length; i += 1) {
    const c = s[i];
    if (c === "\n") return -1;
    if (c === "<") {
      const end = s.indexOf(">", i);
      if (end > 0) i = end;
    } else if (c === "`" && mark !== "`") {
      const end = s.indexOf("`", i + 1);
      if (end > 0) i = end;
    } else if (c === mark && i > from + 1 && !isSpace(s[i - 1]) && !isWord(s[i + 1])) {
      return i;
    }
  }
  return -1;
}

/** `<...>`: a person, a channel, a broadcast, a date or a link. */
function reference(inside: string): Inline {
  const bar = inside.indexOf("|");
  const head = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : inside.slice(bar + 1);
  if (head.startsWith("@")) return { t: "user", id: head.slice(1) };
  if (head.startsWith("#")) return { t: "channel", id: head.slice(1), label: decode(label) };
  if (head.startsWith("!date^")) {
    const [, ts = "", pattern = ""] = head.split("^");
    return { t: "date", ts, pattern: decode(pattern), fallback: decode(label) };
  }
  if (head.startsWith("!")) return { t: "broadcast", name: decode(label || head.slice(1)) };
  const shown: Inline[] = [{ t: "text", s: decode(label || head) }];
  const within = deepLink(decode(head));
  if (within) return { t: "app", ...within, c: shown };
  const href = safeHref(decode(head));
  // What names nothing that may be followed stands as it was written, brackets and all.
  return href ? { t: "link", href, c: shown } : { t: "text", s: `<${decode(inside)}>` };
}

interface Found {
  node: Inline;
  end: number;
}

/** Up to where a mark is known to have no closing one, so that a line of open marks is read once, not over and over. */
type Dead = Record<string, number>;

function styled(s: string, at: number, links: boolean, dead: Dead): Found | null {
  const mark = s[at] as string;
  const kind = STYLES[mark];
  if (!kind || at < (dead[mark] ?? 0) || isWord(s[at - 1]) || isSpace(s[at + 1]) || s[at + 1] === mark) return null;
  const end = closing(s, at, mark);
  if (end < 0) {
    const line = s.indexOf("\n", at);
    dead[mark] = line < 0 ? s.length : line;
    return null;
  }
  return { node: { t: kind, c: inline(s.slice(at + 1, end), links) }, end: end + 1 };
}

function matched(s: string, at: number, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(s);
}

function special(s: string, at: number, links: boolean, dead: Dead): Found | null {
  const c = s[at];
  if (c === "`") {
    const found = matched(s, at, /`([^`\n]+)`/y);
    return found ? { node: { t: "code", s: decode(found[1] as string) }, end: at + found[0].length } : null;
  }
  if (c === "<") {
    const found = matched(s, at, /<([^<>\n]+)>/y);
    return found ? { node: reference(found[1] as string), end: at + found[0].length } : null;
  }
  if (c === ":") {
    const found = matched(s, at, /:([a-z0-9_+'-]{1,40}):/y);
    return found ? { node: { t: "emoji", name: found[1] as string }, end: at + found[0].length } : null;
  }
  if (links && c === "h" && !isWord(s[at - 1])) {
    const found = matched(s, at, /https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)*_~"']/y);
    if (!found) return null;
    const href = decode(found[0]);
    return { node: { t: "link", href, c: [{ t: "text", s: href }] }, end: at + found[0].length };
  }
  return styled(s, at, links, dead);
}

/** One run of text. `links`: bare addresses become links, as they do unless the text is verbatim. */
export function inline(s: string, links = true): Inline[] {
  const out: Inline[] = [];
  const dead: Dead = {};
  let plain = 0;
  let at = 0;
  while (at < s.length) {
    const found = special(s, at, links, dead);
    if (!found) {
      at += 1;
      continue;
    }
    if (at > plain) out.push({ t: "text", s: decode(s.slice(plain, at)) });
    out.push(found.node);
    at = found.end;
    plain = at;
  }
  if (s.length > plain) out.push({ t: "text", s: decode(s.slice(plain)) });
  return out;
}

/** Lines that begin with a raw ">" are a quotation; an escaped one is text. */
function paragraphs(s: string, links: boolean): Part[] {
  const out: Part[] = [];
  let kind: "p" | "quote" = "p";
  let lines: string[] = [];
  const flush = () => {
    if (lines.length) out.push({ t: kind, c: inline(lines.join("\n"), links) });
    lines = [];
  };
  for (const line of s.split("\n")) {
    const next = line.startsWith(">") ? "quote" : "p";
    if (next !== kind) flush();
    kind = next;
    lines.push(next === "quote" ? line.replace(/^>\s?/, "") : line);
  }
  flush();
  return out;
}

/** A whole text: paragraphs, quotations and ```preformatted``` runs. */
export function mrkdwn(text: string, links = true): Part[] {
  const out: Part[] = [];
  text.split(/```\n?([\s\S]+?)\n?```/).forEach((piece, index) => {
    if (index % 2) out.push({ t: "pre", s: decode(piece) });
    else {
      const trimmed = piece.replace(index ? /^\n/ : /^/, "").replace(/\n$/, "");
      if (trimmed) out.push(...paragraphs(trimmed, links));
    }
  });
  return out;
}

/** plain_text: nothing but emoji names; raw text is not even that. */
export function plain(text: string, emoji = true): Inline[] {
  if (!emoji) return [{ t: "text", s: text }];
  return text.split(/(:[a-z0-9_+'-]{1,40}:)/).filter(Boolean).map((piece) =>
    /^:[a-z0-9_+'-]+:$/.test(piece) ? { t: "emoji", name: piece.slice(1, -1) } : { t: "text", s: piece },
  );
}
