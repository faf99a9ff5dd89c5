// Where one is, as the browser's address: `#/U1/C1/171.001` is who, where and which thread, so that a reload or a
// second tab keeps its place. Knows nothing of what is there.

export type Tab = "messages" | "home" | "history" | "threads";

export interface Place {
  channel: string | null;
  thread: string | null;
  tab: Tab;
}

export const NOWHERE: Place = { channel: null, thread: null, tab: "messages" };

const WORDS: Partial<Record<Tab, string>> = { home: "inicio", history: "historial", threads: "hilos" };
export const tabOf = (word: string | undefined) => (Object.keys(WORDS) as Tab[]).find((tab) => WORDS[tab] === word);

const MEMORY = "localslack.viewer";

export function remembered(): string | null {
  try {
    return window.localStorage.getItem(MEMORY);
  } catch {
    return null;
  }
}

export function remember(viewer: string): void {
  try {
    window.localStorage.setItem(MEMORY, viewer);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

/** The parts of the address: who, where, which thread, which message. A permalink (`/archives/C1/p171001?thread_ts=...`)
 * names no viewer: it opens as whoever one was. */
export function address(): string[] {
  const link = /^\/archives\/([^/]+)(?:\/p(\d{10})(\d{6}))?/.exec(window.location.pathname);
  if (link && !window.location.hash) {
    const thread = new URLSearchParams(window.location.search).get("thread_ts");
    return [remembered() ?? "", link[1] ?? "", thread ?? "", link[2] ? `${link[2]}.${link[3]}` : ""];
  }
  return window.location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
}

export function writeAddress(viewer: string, place: Place, replace: boolean): void {
  const parts = [viewer, place.channel, WORDS[place.tab] ?? place.thread].filter(Boolean) as string[];
  const hash = `#/${parts.join("/")}`;
  if (hash === window.location.hash) return;
  if (replace) window.history.replaceState(null, "", `/${hash}`);
  else window.history.pushState(null, "", `/${hash}`);
}

/** The link Slack would copy for a message. */
export function permalink(message: { channel: string; ts: string; thread_ts?: string }): string {
  const thread = message.thread_ts && message.thread_ts !== message.ts ? `?thread_ts=${message.thread_ts}&cid=${message.channel}` : "";
  return `${window.location.origin}/archives/${message.channel}/p${message.ts.replace(".", "")}${thread}`;
}
