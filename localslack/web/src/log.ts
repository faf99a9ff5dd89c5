// The payloads the inspector shows, the newest last, and the filter over them. Draws nothing and asks nobody.
import type { LogEntry } from "./shapes";

const MOST = 2_000;

interface Log {
  entries: LogEntry[];
  /** Held back while the list is paused. */
  waiting: LogEntry[];
  paused: boolean;
}

let log: Log = { entries: [], waiting: [], paused: false };
const watchers = new Set<(log: Log) => void>();

export const currentLog = () => log;

export function watchLog(watcher: (log: Log) => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function put(change: Partial<Log>): void {
  log = { ...log, ...change };
  for (const watcher of watchers) watcher(log);
}

/** An entry is told again when its answer arrives: the later telling takes the place of the first. */
function merged(before: LogEntry[], fresh: LogEntry[]): LogEntry[] {
  const byNumber = new Map(before.map((entry) => [entry.n, entry]));
  for (const entry of fresh) byNumber.set(entry.n, entry);
  return [...byNumber.values()].sort((a, b) => a.n - b.n).slice(-MOST);
}

/** Entries up to this number were cleared away. */
let from = 0;

export function takeEntries(given: LogEntry[]): void {
  const fresh = given.filter((entry) => entry.n > from);
  if (log.paused) put({ waiting: merged(log.waiting, fresh) });
  else put({ entries: merged(log.entries, fresh) });
}

let heard: LogEntry[] = [];

/** One at a time as the stream tells them; a burst is taken in together. */
export function takeEntry(entry: LogEntry): void {
  heard.push(entry);
  if (heard.length > 1) return;
  window.setTimeout(() => {
    const all = heard;
    heard = [];
    takeEntries(all);
  }, 60);
}

export function pause(paused: boolean): void {
  if (paused) put({ paused });
  else put({ paused, entries: merged(log.entries, log.waiting), waiting: [] });
}

export const newest = () => Math.max(from, log.entries.at(-1)?.n ?? 0, log.waiting.at(-1)?.n ?? 0);

export function forgetLog(): void {
  from = newest();
  put({ entries: [], waiting: [] });
}

export interface LogFilter {
  typed: string;
  kind: string;
}

/** Whether something went wrong: what came back says so. */
export const failed = (entry: LogEntry) => entry.response?.ok === false || !!entry.response?.error;

/** The entries whose name or payload contain every typed word, of one kind or of all. */
export function filtered(entries: LogEntry[], { typed, kind }: LogFilter): LogEntry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    if (kind === "failed" ? !failed(entry) : kind && entry.kind !== kind) return false;
    if (!words.length) return true;
    const text = `${entry.kind} ${entry.name} ${JSON.stringify(entry.payload)} ${JSON.stringify(entry.response ?? "")}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
