// What the server sends and takes, as its README writes it. Knows nothing of how it is drawn.

export interface User {
  id: string;
  name: string;
  real_name: string;
  email?: string;
  is_bot?: boolean;
  title?: string;
  tz?: string;
  color?: string;
  deleted?: boolean;
  is_restricted?: boolean;
  is_ultra_restricted?: boolean;
  is_stranger?: boolean;
}

export interface Channel {
  id: string;
  name: string;
  is_im: boolean;
  is_private: boolean;
  is_member: boolean;
  members: string[];
  topic?: string;
  user?: string;
  unread: number;
  mentions?: number;
  is_ext_shared?: boolean;
  last_read?: string | null;
  latest?: string | null;
}

export interface Reaction {
  name: string;
  users: string[];
  count: number;
}

export interface SharedFile {
  id: string;
  name?: string;
  title?: string;
  mimetype?: string;
  filetype?: string;
  size?: number;
  is_image?: boolean;
  /** "tombstone" where the file was deleted. */
  mode?: string;
  deleted?: boolean;
}

export interface Attachment {
  color?: string;
  pretext?: string;
  title?: string;
  text?: string;
  fallback?: string;
  footer?: string;
  blocks?: Block[];
}

export interface Message {
  type: string;
  subtype?: string;
  channel: string;
  ts: string;
  user?: string;
  bot_id?: string;
  username?: string;
  text: string;
  blocks?: (Block | null)[];
  attachments?: Attachment[];
  files?: SharedFile[];
  thread_ts?: string;
  reply_count?: number;
  reply_users?: string[];
  latest_reply?: string;
  edited?: { user: string; ts: string };
  reactions?: Reaction[];
  ephemeral?: boolean;
  streaming?: boolean;
  state?: { values: StateValues };
}

// A block or an element is drawn from what it says; anything may be missing or of another type.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Loose = any;
export interface Block {
  type: string;
  block_id?: string;
  [key: string]: Loose;
}
export interface Element {
  type: string;
  action_id?: string;
  [key: string]: Loose;
}
export interface TextObject {
  type: "plain_text" | "mrkdwn";
  text: string;
  emoji?: boolean;
  verbatim?: boolean;
}
export interface Option {
  text: TextObject;
  value: string;
  description?: TextObject;
  url?: string;
  /** The label of the group it was found in. */
  group?: string;
}
export interface OptionGroup {
  label: TextObject;
  options: Option[];
}

export type StateValues = Record<string, Record<string, Loose>>;

export interface View {
  id: string;
  type: "modal" | "home";
  title?: TextObject;
  submit?: TextObject;
  close?: TextObject;
  blocks: Block[];
  state?: { values: StateValues };
  hash?: string;
}

export interface Status {
  channel: string;
  thread_ts: string;
  status: string;
  loading_messages?: string[];
}

/** What the app called a conversation with it. */
export interface Title {
  channel: string;
  thread_ts: string;
  title: string;
}

export interface Prompt {
  title: string;
  message: string;
}
export interface Prompts {
  title?: string;
  thread_ts?: string;
  prompts: Prompt[];
}

export interface Command {
  command: string;
  description?: string;
  usage_hint?: string;
}

export interface Shortcut {
  name: string;
  type: "global" | "message";
  callback_id: string;
  description?: string;
}

/** The server's time, and how many seconds it was moved from the true one. */
export interface Clock {
  now: string;
  offset: number;
}

export interface Delivery {
  mode: "socket" | "http";
  url?: string | null;
}

interface MethodFault {
  method: string;
  times: number;
}

/** The faults in force. */
export interface Faults {
  rate_limit?: MethodFault[];
  error_500?: MethodFault[];
  drop_after_accept?: MethodFault[];
  lose_ack?: number;
  duplicate?: number;
  reorder?: number;
  delay_ms?: number;
  rate_tiers?: boolean;
}

/** One payload, in or out. */
export interface LogEntry {
  n: number;
  at: string;
  direction: "in" | "out";
  kind: string;
  name: string;
  payload: Loose;
  response?: Loose;
  ms?: number;
}

export interface State {
  team: { id: string; name: string };
  me: User | null;
  bot: { user_id: string; bot_id?: string; app_id?: string; name: string };
  users: User[];
  channels: Channel[];
  dms: Channel[];
  commands: Command[];
  views: View[];
  home: View | null;
  statuses: Status[];
  titles?: Title[];
  prompts: Record<string, Prompts>;
  connected: boolean;
  shortcuts?: Shortcut[];
  clock?: Clock;
  delivery?: Delivery;
  faults?: Faults;
}

export type StreamEvent =
  | { kind: "hello" }
  | { kind: "message" | "message_changed" | "reaction"; channel: string; message: Message }
  | { kind: "message_deleted"; channel: string; ts: string; thread_ts?: string }
  | { kind: "channel"; channel: Channel }
  | { kind: "view"; action: string; views: View[]; home: View | null }
  | ({ kind: "status" } & Status)
  | ({ kind: "title" } & Title)
  | ({ kind: "prompts"; channel: string } & Prompts)
  | { kind: "connected"; connected: boolean }
  | ({ kind: "clock" } & Clock)
  | { kind: "user"; user: User }
  | { kind: "log"; entry: LogEntry }
  | { kind: "reset" };

export interface Submitted {
  response_action: string | null;
  errors?: Record<string, string>;
  /** Blocks the server found empty before it asked the app. */
  required?: string[];
  error?: string;
  views: View[];
}

/** Where an interactive element stands: in a message or in a view. */
export type Host = { channel: string; ts: string } | { view_id: string };
