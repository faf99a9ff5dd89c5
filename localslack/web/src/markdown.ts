// The `markdown` block: the common part of standard Markdown as a tree. No HTML: a tag is text.
import { type Inline, safeHref } from "./mrkdwn";

export interface Item {
  depth: number;
  marker: string;
  c: Inline[];
}
export type Piece =
  | { t: "heading"; level: number; c: Inline[] }
  | { t: "p" | "quote"; c: Inline[] }
  | { t: "pre"; s: string }
  | { t: "list"; items: Item[] }
  | { t: "grid"; head: Inline[][]; align: string[]; rows: Inline[][][] }
  | { t: "rule" };

const RUNS: [RegExp, (m: RegExpExecArray) => Inline][] = [
  [/\\([\\`*_{}[\]()#+\-.!~|<>])/y, (m) => ({ t: "text", s: m[1] as string })],
  [/`([^`\n]+)`/y, (m) => ({ t: "code", s: m[1] as string })],
  [/\*\*(?=\S)([\s\S]*?\S)\*\*/y, (m) => ({ t: "b", c: run(m[1] as string) })],
  [/__(?=\S)([\s\S]*?\S)__(?![\p{L}\p{N}])/uy, (m) => ({ t: "b", c: run(m[1] as string) })],
  [/~~(?=\S)([\s\S]*?\S)~~/y, (m) => ({ t: "s", c: run(m[1] as string) })],
  [/\*(?=[^\s*])([^*\n]*[^\s*])\*/y, (m) => ({ t: "i", c: run(m[1] as string) })],
  [/_(?=[^\s_])([^_\n]*[^\s_])_(?![\p{L}\p{N}])/uy, (m) => ({ t: "i", c: run(m[1] as string) })],
  [/!?\[([^\]\n]*)\]\(([^)\s]+)\)/y, (m) => link(m[1] as string, m[2] as string)],
  [/:([a-z0-9_+-]{1,40}):/y, (m) => ({ t: "emoji", name: m[1] as string })],
];

function link(label: string, target: string): Inline {
  const href = safeHref(target);
  return href ? { t: "link", href, c: run(label) } : { t: "text", s: label };
}

/** One run of Markdown text; a mark inside a word is text. */
export function run(s: string): Inline[] {
  const out: Inline[] = [];
  let plain = 0;
  let at = 0;
  while (at < s.length) {
    const inWord = at > 0 && s[at] === "_" && /[\p{L}\p{N}]/u.test(s[at - 1] as string);
    const found = inWord ? null : firstRun(s, at);
    if (!found) {
      at += 1;
      continue;
    }
    if (at > plain) out.push({ t: "text", s: s.slice(plain, at) });
    out.push(found.node);
    at += found.length;
    plain = at;
  }
  if (s.length > plain) out.push({ t: "text", s: s.slice(plain) });
  return out;
}

function firstRun(s: string, at: number): { node: Inline; length: number } | null {
  if (!"\\`*_~![:".includes(s[at] as string)) return null;
  for (const [pattern, make] of RUNS) {
    pattern.lastIndex = at;
    const m = pattern.exec(s);
    if (m) return { node: make(m), length: m[0].length };
  }
  return null;
}

const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const GRID_LINE = /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$/;
const cells = (line: string) =>
  line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => run(cell.trim()));

function alignment(line: string): string[] {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => {
    const mark = cell.trim();
    if (mark.endsWith(":")) return mark.startsWith(":") ? "center" : "right";
    return "left";
  });
}

type Taken = [Piece, number] | null;

function fence(lines: string[], at: number): Taken {
  if (!/^\s*```/.test(lines[at] as string)) return null;
  const close = lines.findIndex((line, i) => i > at && /^\s*```\s*$/.test(line));
  const end = close < 0 ? lines.length : close;
  return [{ t: "pre", s: lines.slice(at + 1, end).join("\n") }, end + 1];
}

function grid(lines: string[], at: number): Taken {
  const next = lines[at + 1];
  if (!lines[at]?.includes("|") || next === undefined || !GRID_LINE.test(next)) return null;
  let end = at + 2;
  while (lines[end]?.includes("|")) end += 1;
  const rows = lines.slice(at + 2, end).map(cells);
  return [{ t: "grid", head: cells(lines[at] as string), align: alignment(next), rows }, end];
}

function list(lines: string[], at: number): Taken {
  const items: Item[] = [];
  let end = at;
  for (let m = ITEM.exec(lines[end] ?? ""); m; m = ITEM.exec(lines[end] ?? "")) {
    const task = /^\[([ xX])\]\s+(.*)$/.exec(m[3] as string);
    const marker = task ? (task[1] === " " ? "☐" : "☑") : /\d/.test(m[2] as string) ? (m[2] as string) : "•";
    items.push({ depth: Math.floor((m[1] as string).length / 2), marker, c: run(task ? (task[2] as string) : (m[3] as string)) });
    end += 1;
  }
  return items.length ? [{ t: "list", items }, end] : null;
}

function quote(lines: string[], at: number): Taken {
  let end = at;
  while (lines[end]?.startsWith(">")) end += 1;
  if (end === at) return null;
  return [{ t: "quote", c: run(lines.slice(at, end).map((line) => line.replace(/^>\s?/, "")).join("\n")) }, end];
}

function heading(lines: string[], at: number): Taken {
  const m = /^(#{1,6})\s+(.*?)\s*#*$/.exec(lines[at] as string);
  if (m) return [{ t: "heading", level: (m[1] as string).length, c: run(m[2] as string) }, at + 1];
  return /^\s*([-*_])(\s*\1){2,}\s*$/.test(lines[at] as string) ? [{ t: "rule" }, at + 1] : null;
}

const starts = [fence, heading, quote, grid, list];

function paragraph(lines: string[], at: number): [Piece, number] {
  let end = at + 1;
  while (lines[end]?.trim() && !starts.some((start) => start(lines, end))) end += 1;
  return [{ t: "p", c: run(lines.slice(at, end).join("\n")) }, end];
}

export function markdown(text: string): Piece[] {
  const lines = text.split("\n");
  const out: Piece[] = [];
  let at = 0;
  while (at < lines.length) {
    if (!lines[at]?.trim()) {
      at += 1;
      continue;
    }
    const taken = starts.map((start) => start(lines, at)).find(Boolean) ?? paragraph(lines, at);
    out.push(taken[0]);
    at = taken[1];
  }
  return out;
}
