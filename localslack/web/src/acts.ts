// What a person does: says, clicks, opens, submits. Each asks the server and leaves the drawing to the room.
import type { Tab } from "./address";
import { current, drawHome, findChannel, go, isAppDm, me, openChannel, put, rememberQuestion, sayRefusal, toast } from "./room";
import { Refusal, server } from "./server";
import type { Host, Loose, Message, Option, OptionGroup, SharedFile, StateValues, User, View } from "./shapes";
import { T, sayError } from "./text";

const myId = () => (me() as User).id;

/** "@Laura Ríos" as the person typed it becomes a mention; the longest known name wins. */
export function withMentions(text: string, users: User[]): string {
  const names = users.flatMap((user) => [user.real_name, user.name].map((name) => [name, user.id] as const));
  names.sort(([a], [b]) => b.length - a.length);
  return text.replace(/@([^\s@][^@\n]*)/gu, (whole, rest: string) => {
    const low = rest.toLocaleLowerCase("es");
    const found = names.find(([name]) => {
      const next = low[name.length];
      return name && low.startsWith(name.toLocaleLowerCase("es")) && (!next || !/[\p{L}\p{N}_]/u.test(next));
    });
    return found ? `<@${found[1]}>${rest.slice(found[0].length)}` : whole;
  });
}

/** The conversation with the app that a new message in its DM belongs to, or none. */
export function conversationOf(messages: Message[], fresh: boolean): string | undefined {
  if (fresh) return undefined;
  const roots = messages.filter((one) => !one.thread_ts || one.thread_ts === one.ts);
  const last = roots.filter((one) => !one.ephemeral).at(-1);
  return last?.reply_count ? last.ts : undefined;
}

async function slash(channel: string, line: string): Promise<void> {
  const [, command = "", text = ""] = /^(\/\S+)\s*([\s\S]*)$/.exec(line) ?? [];
  const known = current().state?.commands.some((one) => one.command === command);
  if (!known) throw new Refusal("unknown_command", command);
  await server.slash(myId(), channel, command, text);
}

/** The thread a message typed here goes to: the one that is open, or in the app's DM the conversation going on. */
function rootFor(channel: string, thread: string | undefined): string | undefined {
  const room = current();
  if (thread || !isAppDm(findChannel(channel))) return thread;
  return conversationOf(room.messages[channel] ?? [], !!room.fresh[channel]);
}

/** Shares files, with what was typed beside them; answers why it did not go, or null. */
export async function sendFiles(channel: string, typed: string, files: File[], thread: string | undefined, progress: (share: number) => void): Promise<string | null> {
  const users = current().state?.users ?? [];
  const form = new FormData();
  const root = rootFor(channel, thread);
  const fields = { user: myId(), channel, text: withMentions(typed.trim(), users), thread_ts: root ?? "" };
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
  for (const file of files) form.append("file", file, file.name);
  try {
    await server.upload(form, progress);
    put({ fresh: { ...current().fresh, [channel]: false } });
    return null;
  } catch (error) {
    return sayRefusal(error);
  }
}

/** Puts files into a form that is open: they are nobody else's until it is submitted. */
export async function uploadTo(view_id: string, files: File[], progress: (share: number) => void): Promise<SharedFile[]> {
  const form = new FormData();
  form.append("user", myId());
  form.append("view_id", view_id);
  for (const file of files) form.append("file", file, file.name);
  return (await server.upload(form, progress)).files;
}

/** Asks one of the pinned prompts: a conversation of its own, unless the app set them for one. */
export async function ask(channel: string, prompt: string, thread?: string): Promise<boolean> {
  put({ fresh: { ...current().fresh, [channel]: true } });
  const why = await send(channel, prompt, thread);
  if (why) toast(why);
  return !why;
}

/** Runs a shortcut of the app, on a message or anywhere. */
export async function runShortcut(callback_id: string, on?: { channel: string; ts: string }): Promise<void> {
  try {
    const { acked, error } = await server.shortcut(myId(), callback_id, on);
    if (!acked) toast(sayError(error ?? "operation_timeout"));
  } catch (error) {
    toast(sayRefusal(error));
  }
}

export async function rename(channel: string, thread: string, title: string): Promise<void> {
  try {
    await server.title(myId(), channel, thread, title);
  } catch (error) {
    toast(sayRefusal(error));
  }
}

/** Sends what was typed; answers the sentence that says why not, or null when it went. */
export async function send(channel: string, typed: string, thread?: string): Promise<string | null> {
  const room = current();
  const text = typed.trim();
  if (!text || !room.state) return null;
  try {
    if (text.startsWith("/")) {
      if (thread) return T.noCommandHere;
      await slash(channel, text);
    }
    else {
      const root = rootFor(channel, thread);
      const sent = await server.say(myId(), channel, withMentions(text, room.state.users), root);
      if (!root) rememberQuestion(sent.channel, sent.ts);
      put({ fresh: { ...current().fresh, [channel]: false } });
    }
    return null;
  } catch (error) {
    const unknown = error instanceof Refusal && error.code === "unknown_command";
    return unknown ? T.noCommand(error.detail ?? "") : sayRefusal(error);
  }
}

export async function openDm(other: string): Promise<void> {
  try {
    const { channel } = await server.openDm(myId(), other);
    const state = current().state;
    if (state && !state.dms.some((one) => one.id === channel.id)) {
      put({ state: { ...state, dms: [...state.dms, channel] } });
    }
    go({ channel: channel.id, thread: null, tab: "messages" });
  } catch (error) {
    toast(sayRefusal(error));
  }
}

export async function join(channel: string): Promise<void> {
  try {
    await server.join(myId(), channel);
  } catch (error) {
    toast(sayRefusal(error));
  }
}

async function openHome(channel: string): Promise<void> {
  go({ channel, thread: null, tab: "home" });
  try {
    await drawHome();
  } catch (error) {
    toast(sayRefusal(error));
  }
}

/** Goes to a tab of the app's own conversation. */
export function openTab(channel: string, tab: Tab): void {
  if (tab === "home") void openHome(channel);
  else if (tab === "messages") openChannel(channel);
  else go({ channel, thread: null, tab });
}

/** The same from anywhere, as a link to the app does; the conversation begins if there is none yet. */
export async function openAppTab(tab: Tab): Promise<void> {
  const found = () => current().state?.dms.find(isAppDm);
  if (!found()) await openDm(current().state?.bot.user_id ?? "");
  const dm = found();
  if (dm) openTab(dm.id, tab);
}

/** A click or a choice; answers the sentence that says why it did not work, or null. */
export async function click(host: Host, action_id: string, block_id?: string, value?: Loose): Promise<string | null> {
  try {
    const { acked, error } = await server.click(myId(), host, action_id, block_id, value);
    return acked === false ? sayError(error ?? "operation_timeout") : null;
  } catch (error) {
    return sayRefusal(error);
  }
}

/** What the app finds for the typed words, each with the name of its group where it has one. */
export async function searchOptions(host: Host, action_id: string, block_id: string | undefined, typed: string): Promise<Option[]> {
  const said = await server.options(myId(), host, action_id, block_id, typed);
  const groups: OptionGroup[] = said.option_groups ?? [];
  return [...(said.options ?? []), ...groups.flatMap((group) => group.options.map((option) => ({ ...option, group: group.label?.text })))];
}

function setViews(views: View[]): void {
  const state = current().state;
  if (state) put({ state: { ...state, views } });
}

/** An input left empty holds nothing, as Slack says it, rather than an empty text. */
const emptied = (values: StateValues): StateValues =>
  JSON.parse(JSON.stringify(values, (_key, value: Loose) => (value === "" ? null : value))) as StateValues;

/** Submits a modal: errors by block, or a sentence for the whole form under "". */
export async function submit(view: string, values: StateValues): Promise<Record<string, string>> {
  try {
    const said = await server.submit(myId(), view, emptied(values));
    if (said.response_action === "errors") {
      const unfilled = (said.required ?? []).map((block) => [block, T.required]);
      return { ...said.errors, ...Object.fromEntries(unfilled) };
    }
    setViews(said.views);
    return said.error ? { "": sayError(said.error) } : {};
  } catch (error) {
    return { "": sayRefusal(error) };
  }
}

export async function closeView(view: string, all = false): Promise<void> {
  try {
    setViews((await server.close(myId(), view, all)).views);
  } catch (error) {
    toast(sayRefusal(error));
  }
}

export async function react(message: Message, name: string): Promise<void> {
  const mine = message.reactions?.some((one) => one.name === name && one.users.includes(myId())) ?? false;
  try {
    await server.react(myId(), message.channel, message.ts, name, mine);
  } catch (error) {
    toast(sayRefusal(error));
  }
}

export async function stop(channel: string, thread: string): Promise<void> {
  try {
    await server.stop(myId(), channel, thread);
  } catch (error) {
    toast(sayRefusal(error));
  }
}

export async function copy(text: string, said: string = T.copied): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(said);
  } catch {
    toast(T.failed);
  }
}
