// The wire to localslack: one function per call, one stream. Knows no state and draws nothing.
import type { Channel, Host, Loose, Message, Option, OptionGroup, State, StreamEvent, Submitted, View } from "./shapes";

/** What the server answered instead of doing it; `code` is its error, or "network". */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly detail?: string,
  ) {
    super(code);
  }
}

async function call<Body>(path: string, body?: object): Promise<Body> {
  const options = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
  let said: Loose;
  let ok: boolean;
  try {
    const response = await fetch(`/control/${path}`, options);
    ok = response.ok;
    said = await response.json();
  } catch {
    throw new Refusal("network");
  }
  if (!ok || said.ok === false) throw new Refusal(said.error ?? "failed", said.detail);
  return said as Body;
}

const query = (given: Record<string, string | number | undefined>) =>
  new URLSearchParams(Object.entries(given).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]])));

export const server = {
  state: (viewer?: string) => call<State>(`state?${query({ viewer })}`),
  messages: (viewer: string, channel: string) =>
    call<{ messages: Message[] }>(`messages?${query({ viewer, channel })}`).then((said) => said.messages),
  say: (user: string, channel: string, text: string, thread_ts?: string) =>
    call<{ ts: string; channel: string }>("say", { user, channel, text, thread_ts }),
  slash: (user: string, channel: string, command: string, text: string) =>
    call<object>("slash", { user, channel, command, text }),
  join: (user: string, channel: string) => call<{ channel: Channel }>("join", { user, channel }),
  click: (user: string, host: Host, action_id: string, block_id?: string, value?: Loose) =>
    call<{ acked: boolean; error?: string }>("click", { user, ...host, action_id, block_id, value }),
  submit: (user: string, view_id: string, values: Loose) => call<Submitted>("submit", { user, view_id, values }),
  close: (user: string, view_id: string) => call<{ views: View[] }>("close", { user, view_id }),
  options: (user: string, host: Host, action_id: string, block_id: string | undefined, value: string) =>
    call<{ options?: Option[]; option_groups?: OptionGroup[] }>("options", { user, ...host, action_id, block_id, value }),
  home: (user: string, tab: "home" | "messages" = "home") => call<{ home: View | null }>("home", { user, tab }),
  openDm: (user: string, other: string) => call<{ channel: Channel }>("open_dm", { user, with: other }),
  read: (user: string, channel: string, ts?: string) => call<{ channel: Channel }>("read", { user, channel, ts }),
  react: (user: string, channel: string, ts: string, name: string, remove: boolean) =>
    call<object>("react", { user, channel, ts, name, remove }),
  stop: (user: string, channel: string, thread_ts: string) => call<object>("stop", { user, channel, thread_ts }),
};

export interface Line {
  close(): void;
  retry(): void;
}

/** Listens until closed. A cut line is tried again after half a second, then ever slower up to five. */
export function listen(viewer: string, on: (event: StreamEvent) => void, line: (open: boolean) => void): Line {
  let source: EventSource | null = null;
  let timer: number | undefined;
  let wait = 500;
  let closed = false;
  const later = () => {
    source?.close();
    if (closed) return;
    line(false);
    timer = window.setTimeout(open, wait);
    wait = Math.min(wait * 1.6, 5_000);
  };
  const open = () => {
    window.clearTimeout(timer);
    source?.close();
    source = new EventSource(`/control/stream?${query({ viewer })}`);
    source.onerror = later;
    source.onmessage = (event) => {
      const said = JSON.parse(event.data) as StreamEvent;
      if (said.kind === "hello") {
        wait = 500;
        line(true);
      }
      on(said);
    };
  };
  open();
  return {
    retry: open,
    close: () => {
      closed = true;
      window.clearTimeout(timer);
      source?.close();
    },
  };
}
