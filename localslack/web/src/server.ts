// The wire to localslack: one function per call, one stream. Knows no state and draws nothing.
import type {
  Channel, Clock, Faults, Host, LogEntry, Loose, Message, Option, OptionGroup, SharedFile, State, StreamEvent, Submitted, User, View,
} from "./shapes";

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

/** Sends files as a browser form does, which alone tells how much of them has gone. */
function send<Body>(path: string, form: FormData, progress: (share: number) => void): Promise<Body> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/control/${path}`);
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onerror = () => fail(new Refusal("network"));
    request.onload = () => {
      const said = request.response;
      if (request.status === 200 && said?.ok !== false) done(said as Body);
      else fail(new Refusal(request.status === 413 ? "file_too_large" : (said?.error ?? "failed"), said?.detail));
    };
    request.send(form);
  });
}

const query = (given: Record<string, string | number | undefined>) =>
  new URLSearchParams(Object.entries(given).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]])));

export const server = {
  state: (viewer?: string) => call<State>(`state?${query({ viewer })}`),
  messages: (viewer: string, channel?: string) =>
    call<{ messages: Message[] }>(`messages?${query({ viewer, channel })}`).then((said) => said.messages),
  say: (user: string, channel: string, text: string, thread_ts?: string) =>
    call<{ ts: string; channel: string }>("say", { user, channel, text, thread_ts }),
  slash: (user: string, channel: string, command: string, text: string) =>
    call<object>("slash", { user, channel, command, text }),
  join: (user: string, channel: string) => call<{ channel: Channel }>("join", { user, channel }),
  click: (user: string, host: Host, action_id: string, block_id?: string, value?: Loose) =>
    call<{ acked: boolean; error?: string }>("click", { user, ...host, action_id, block_id, value }),
  submit: (user: string, view_id: string, values: Loose) => call<Submitted>("submit", { user, view_id, values }),
  close: (user: string, view_id: string, all: boolean) => call<{ views: View[] }>("close", { user, view_id, all }),
  options: (user: string, host: Host, action_id: string, block_id: string | undefined, value: string) =>
    call<{ options?: Option[]; option_groups?: OptionGroup[] }>("options", { user, ...host, action_id, block_id, value }),
  home: (user: string, tab: "home" | "messages" = "home") => call<{ home: View | null }>("home", { user, tab }),
  openDm: (user: string, other: string) => call<{ channel: Channel }>("open_dm", { user, with: other }),
  read: (user: string, channel: string, ts?: string) => call<{ channel: Channel }>("read", { user, channel, ts }),
  react: (user: string, channel: string, ts: string, name: string, remove: boolean) =>
    call<object>("react", { user, channel, ts, name, remove }),
  stop: (user: string, channel: string, thread_ts: string) => call<object>("stop", { user, channel, thread_ts }),
  shortcut: (user: string, callback_id: string, on?: { channel: string; ts: string }) =>
    call<{ acked: boolean; error?: string }>("shortcut", { user, callback_id, ...on }),
  upload: (form: FormData, progress: (share: number) => void) => send<{ ts?: string; channel?: string; files: SharedFile[] }>("upload", form, progress),
  title: (user: string, channel: string, thread_ts: string, title: string) => call<object>("title", { user, channel, thread_ts, title }),
};

/** What a trainer turns in the laboratory; none of it is something a person in Slack could do. */
export const lab = {
  log: (after: number) => call<{ entries: LogEntry[] }>(`log?${query({ after })}`).then((said) => said.entries),
  clock: (change: { advance: number } | { at: string } | { reset: true }) => call<Clock>("clock", change),
  faults: (change: Loose) => call<{ faults: Faults }>("faults", change).then((said) => said.faults),
  delivery: (request_url: string | null) =>
    call<{ request_url: string | null; verified: boolean; error?: string }>("app", { request_url }),
  user: (user: string, change: Partial<User>) => call<{ user: User }>("user", { user, ...change }),
  reset: () => call<object>("reset", {}),
};

export const fileAddress = (id: string, viewer: string) => `/control/file?${query({ id, viewer })}`;

export interface Line {
  close(): void;
  retry(): void;
}

/** Listens until closed. A cut line is tried again after half a second, then ever slower up to five. */
export function listen(viewer: string, log: boolean, on: (event: StreamEvent) => void, line: (open: boolean) => void): Line {
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
    source = new EventSource(`/control/stream?${query({ viewer, log: log ? 1 : undefined })}`);
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
