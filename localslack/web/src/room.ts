// What one person sees of the workspace right now, kept current by the stream. Draws nothing.
import { NOWHERE, type Place, address, remember, remembered, tabOf, writeAddress } from "./address";
import { forgetLog, takeEntry } from "./log";
import { type Line, Refusal, listen, server } from "./server";
import type { Channel, Message, State, StreamEvent, User } from "./shapes";
import { T, sayError } from "./text";
import { useOffset, useZone } from "./when";

export interface Room {
  phase: "loading" | "choosing" | "ready" | "failed";
  people: User[];
  state: State | null;
  messages: Record<string, Message[]>;
  place: Place;
  /** Where "Nuevos" stands in a channel: what was read when it was opened. */
  readUntil: Record<string, string | null>;
  /** A new conversation with the app was asked for in this DM. */
  fresh: Record<string, boolean>;
  /** A message that was looked for: it is scrolled to and lit up. */
  sought: string | null;
  lost: boolean;
  /** The inspector is open: every payload is told on the stream. */
  logging: boolean;
  toast: { n: number; text: string } | null;
}

let room: Room = {
  phase: "loading",
  people: [],
  state: null,
  messages: {},
  place: NOWHERE,
  readUntil: {},
  fresh: {},
  sought: null,
  lost: false,
  logging: false,
  toast: null,
};
const watchers = new Set<(room: Room) => void>();
let line: Line | null = null;
/** Questions asked from this page whose thread may open by itself when the app answers. */
const asked = new Set<string>();
let openedByItself = false;

export const current = () => room;

export function watch(watcher: (room: Room) => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function put(change: Partial<Room>): void {
  room = { ...room, ...change };
  for (const watcher of watchers) watcher(room);
}

let toasts = 0;
export function toast(text: string): void {
  toasts += 1;
  const n = toasts;
  put({ toast: { n, text } });
  window.setTimeout(() => room.toast?.n === n && put({ toast: null }), 4_000);
}

export const sayRefusal = (error: unknown) => sayError(error instanceof Refusal ? error.code : "failed");

// --- Looking things up ------------------------------------------------------------------------------

export const me = () => room.state?.me ?? null;
export const allChannels = (state: State) => [...state.channels, ...state.dms];
export const findChannel = (id: string | null) =>
  (room.state && allChannels(room.state).find((channel) => channel.id === id)) ?? null;
export const isAppDm = (channel: Channel | null) => !!channel?.is_im && channel.user === room.state?.bot.user_id;

// --- Where one is -----------------------------------------------------------------------------------

const saveAddress = (replace = false) => room.state?.me && writeAddress(room.state.me.id, room.place, replace);

function placeFrom(parts: string[], state: State): Place {
  const [, channel, rest] = parts;
  const known = allChannels(state).find((one) => one.id === channel || one.name === channel);
  const first = state.channels.find((one) => one.is_member) ?? state.channels[0] ?? state.dms[0];
  const at = known ?? first;
  const tab = tabOf(rest);
  return { channel: at?.id ?? null, thread: known && rest && !tab ? rest : null, tab: tab ?? "messages" };
}

// --- Loading ----------------------------------------------------------------------------------------

const pending = new Map<string, StreamEvent[]>();
/** What the stream said while the state was being fetched; null when it is not. */
let held: StreamEvent[] | null = null;
/** Counts who the page became: what was fetched for the one before is thrown away. */
let turn = 0;

/** Loads a channel; what the stream says meanwhile is applied after it. */
async function loadMessages(channel: string): Promise<void> {
  const viewer = me()?.id;
  if (!viewer || pending.has(channel)) return;
  const mine = turn;
  pending.set(channel, []);
  try {
    const messages = await server.messages(viewer, channel);
    if (mine === turn) put({ messages: { ...room.messages, [channel]: messages } });
  } catch (error) {
    if (mine === turn) toast(sayRefusal(error));
  }
  if (mine === turn) {
    const late = pending.get(channel) ?? [];
    pending.delete(channel);
    for (const event of late) apply(event);
  }
}

async function freshState(viewer: string): Promise<State> {
  const mine = turn;
  held = [];
  try {
    const state = await server.state(viewer);
    if (!state.me) throw new Refusal("user_not_found");
    return state;
  } catch (error) {
    if (mine === turn) release();
    throw error;
  }
}

function release(): void {
  const late = held ?? [];
  held = null;
  for (const event of late) apply(event);
}

async function loadState(viewer: string, place?: string[]): Promise<void> {
  const mine = turn;
  const state = await freshState(viewer);
  if (mine !== turn) return;
  useZone(state.me?.tz);
  useOffset(state.clock?.offset);
  const stay = findIn(state, room.place.channel) && !place;
  put({ phase: "ready", state, people: state.users, place: stay ? room.place : placeFrom(place ?? [], state), sought: place?.[3] || null });
  release();
  saveAddress(true);
  const loaded = new Set([...Object.keys(room.messages), room.place.channel].filter(Boolean) as string[]);
  await Promise.all([...loaded].filter((id) => findIn(state, id)).map(loadMessages));
  if (!stay) noteRead();
  markRead();
}

const findIn = (state: State, id: string | null) => allChannels(state).some((channel) => channel.id === id);

/** Becomes somebody: their state, their stream. Nothing of the person before stays on the page. */
export async function become(viewer: string, place: string[] = []): Promise<void> {
  const mine = ++turn;
  line?.close();
  asked.clear();
  pending.clear();
  held = null;
  put({ phase: "loading", state: null, messages: {}, place: NOWHERE, readUntil: {}, fresh: {}, sought: null, lost: false });
  try {
    await loadState(viewer, place);
  } catch (error) {
    if (mine === turn) await choose(error instanceof Refusal && error.code === "network");
    return;
  }
  if (mine !== turn) return;
  remember((me() as User).id);
  listenAs((me() as User).id);
  if (room.place.tab === "home") void drawHome().catch(() => undefined);
}

/** The app draws its home whenever somebody opens it, by a tab or by an address. */
export async function drawHome(): Promise<void> {
  const viewer = (me() as User).id;
  const { home } = await server.home(viewer);
  if (room.state && home && me()?.id === viewer) put({ state: { ...room.state, home } });
}

function listenAs(id: string): void {
  line?.close();
  line = listen(id, room.logging, apply, (open) => {
    // Every "hello" follows a gap in which something may have been said.
    if (open) void loadState(id).catch(() => undefined);
    if (room.lost === open) put({ lost: !open });
  });
}

/** Opens or closes the inspector: only while it is open does the stream carry the payloads. */
export function setLogging(logging: boolean): void {
  const id = me()?.id;
  if (!id || logging === room.logging) return;
  put({ logging });
  listenAs(id);
}

async function choose(failed = false): Promise<void> {
  try {
    const state = await server.state();
    put({ phase: failed ? "failed" : "choosing", people: state.users });
  } catch {
    put({ phase: "failed" });
  }
}

export async function start(): Promise<void> {
  const parts = address();
  const viewer = parts[0] || remembered();
  if (viewer) await become(viewer, parts);
  else await choose();
}

export const retry = () => (room.phase === "failed" ? void start() : line?.retry());

window.addEventListener("popstate", () => {
  const parts = address();
  const state = room.state;
  if (parts[0] && parts[0] !== me()?.id) void become(parts[0], parts);
  else if (state) {
    go(placeFrom(parts, state), false);
    if (room.place.tab === "home") void drawHome().catch(() => undefined);
  }
});

// --- Going somewhere --------------------------------------------------------------------------------

function noteRead(): void {
  const channel = findChannel(room.place.channel);
  if (!channel) return;
  const until = channel.unread > 0 ? (channel.last_read ?? "0") : null;
  put({ readUntil: { ...room.readUntil, [channel.id]: until } });
}

export function go(place: Place, push = true): void {
  const moved = place.channel !== room.place.channel;
  const shownAgain = moved || place.tab !== room.place.tab;
  openedByItself = false;
  put({ place, sought: null });
  if (push) saveAddress();
  if (shownAgain && place.channel) noteRead();
  if (moved && place.channel && !room.messages[place.channel]) void loadMessages(place.channel);
  markRead();
}

export const openChannel = (channel: string) => go({ channel, thread: null, tab: "messages" });
export const openThread = (thread: string | null) => go({ ...room.place, thread, tab: "messages" });

/** Goes where a message is, and lights it up. */
export function seek(channel: string, ts: string, thread: string | null): void {
  go({ channel, thread, tab: "messages" });
  put({ sought: ts });
}

/** Over the app's other tabs, and over "Hilos", no message of the channel is on screen. */
const showsMessages = (channel: Channel) => room.place.tab === "messages" || (room.place.tab !== "threads" && !isAppDm(channel));

/** Says to the server that what is on screen was read. */
export function markRead(): void {
  const channel = findChannel(room.place.channel);
  const viewer = me()?.id;
  if (!channel || !viewer || !channel.unread || !showsMessages(channel) || document.visibilityState !== "visible") return;
  setChannel({ ...channel, unread: 0, mentions: 0 });
  void server.read(viewer, channel.id).catch(() => undefined);
}
document.addEventListener("visibilitychange", markRead);

/** A question was asked here; the app may have answered it before we heard that it was sent. */
export function rememberQuestion(channel: string, ts: string): void {
  asked.add(ts);
  for (const message of room.messages[channel] ?? []) {
    if (message.thread_ts === ts) followAnswer(channel, message);
  }
}

// --- The stream -------------------------------------------------------------------------------------

const order = (a: Message, b: Message) => Number.parseFloat(a.ts) - Number.parseFloat(b.ts);

function setChannel(channel: Channel): void {
  const state = room.state;
  if (!state) return;
  const list = channel.is_im ? "dms" : "channels";
  const known = state[list].some((one) => one.id === channel.id);
  const next = known ? state[list].map((one) => (one.id === channel.id ? channel : one)) : [...state[list], channel];
  put({ state: { ...state, [list]: next } });
}

function setMessage(channel: string, message: Message): void {
  const before = room.messages[channel];
  if (!before) return;
  const known = before.some((one) => one.ts === message.ts);
  const next = known ? before.map((one) => (one.ts === message.ts ? message : one)) : [...before, message].sort(order);
  put({ messages: { ...room.messages, [channel]: next } });
}

/** The app answered in the thread of a question just asked here: show the answer, unless another thread is being read. */
function followAnswer(channel: string, message: Message): void {
  const root = message.thread_ts;
  if (!root || root === message.ts || !asked.has(root) || message.user === me()?.id) return;
  asked.delete(root);
  const busy = room.place.thread !== null && !openedByItself;
  if (channel !== room.place.channel || busy || isAppDm(findChannel(channel))) return;
  go({ channel, thread: root, tab: "messages" });
  openedByItself = true;
}

function setStatus(state: State, event: StreamEvent & { kind: "status" }): void {
  const rest = state.statuses.filter((one) => one.channel !== event.channel || one.thread_ts !== event.thread_ts);
  const { channel, thread_ts, status, loading_messages } = event;
  const statuses = status ? [...rest, { channel, thread_ts, status, loading_messages }] : rest;
  put({ state: { ...state, statuses } });
}

function setTitle(state: State, event: StreamEvent & { kind: "title" }): void {
  const rest = (state.titles ?? []).filter((one) => one.channel !== event.channel || one.thread_ts !== event.thread_ts);
  put({ state: { ...state, titles: [...rest, event] } });
}

/** A new message by somebody else is unread until its channel is on screen; a reply only where all is threads. */
function countUnread(id: string, message: Message): void {
  const channel = findChannel(id);
  const viewer = me()?.id;
  const reply = message.thread_ts && message.thread_ts !== message.ts && message.subtype !== "thread_broadcast";
  if (!channel?.is_member || message.user === viewer || (reply && !channel.is_im)) return;
  const named = channel.is_im || message.text.includes(`<@${viewer}>`);
  setChannel({ ...channel, unread: channel.unread + 1, mentions: (channel.mentions ?? 0) + (named ? 1 : 0), latest: message.ts });
  markRead();
}

function applyMessage(event: StreamEvent & { channel: string; message: Message }): void {
  const waiting = pending.get(event.channel);
  if (waiting) waiting.push(event as StreamEvent);
  else setMessage(event.channel, event.message);
  if (event.kind !== "message") return;
  countUnread(event.channel, event.message);
  followAnswer(event.channel, event.message);
}

function applyDeleted(event: StreamEvent & { kind: "message_deleted" }): void {
  const before = room.messages[event.channel];
  if (before) put({ messages: { ...room.messages, [event.channel]: before.filter((one) => one.ts !== event.ts) } });
}

function setUser(state: State, user: User): void {
  const users = state.users.map((one) => (one.id === user.id ? user : one));
  put({ people: users, state: { ...state, users, me: state.me?.id === user.id ? user : state.me } });
  if (user.id !== state.me?.id || !user.deleted) return;
  // Slack signs out who was deactivated.
  line?.close();
  toast(T.leftNow);
  void choose();
}

function apply(event: StreamEvent): void {
  if (event.kind === "log") return takeEntry(event.entry);
  const state = room.state;
  if (held) held.push(event);
  if (held || !state) return;
  if (event.kind === "message" || event.kind === "message_changed" || event.kind === "reaction") applyMessage(event);
  else if (event.kind === "message_deleted") applyDeleted(event);
  else if (event.kind === "channel") {
    setChannel(event.channel);
    markRead();
  } else if (event.kind === "view") put({ state: { ...state, views: event.views, home: event.home ?? state.home } });
  else if (event.kind === "status") setStatus(state, event);
  else if (event.kind === "title") setTitle(state, event);
  else if (event.kind === "prompts") put({ state: { ...state, prompts: { ...state.prompts, [event.channel]: event } } });
  else if (event.kind === "connected") put({ state: { ...state, connected: event.connected } });
  else if (event.kind === "clock") {
    useOffset(event.offset);
    put({ state: { ...state, clock: { now: event.now, offset: event.offset } } });
  } else if (event.kind === "user") setUser(state, event.user);
  else if (event.kind === "reset") {
    forgetLog();
    put({ messages: {}, readUntil: {}, fresh: {} });
    void loadState((state.me as User).id).catch(() => undefined);
  }
}
