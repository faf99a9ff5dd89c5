// The middle: a channel or a conversation, its head, its messages, its composer.
import { useMemo, useState } from "preact/hooks";
import { botName } from "../names";
import { type Room, isAppDm, openChannel } from "../room";
import type { Channel, Message, State, User } from "../shapes";
import { T } from "../text";
import { Avatar } from "./avatar";
import { Composer } from "./composer";
import { Head, findUser } from "./head";
import { History, TitleEdit, gist } from "./history";
import { Home } from "./home";
import { Icon } from "./icons";
import { Messages, channelLine, conversations, isReply } from "./messages";
import { nameAndTitle } from "./people";
import { PromptCards, PromptRow, examplesFor } from "./prompts";
import { StatusLine, statusesOf, titleOf } from "./status";

function Start({ state, channel }: { state: State; channel: Channel }) {
  const other = channel.is_im ? findUser(state, channel.user) : undefined;
  const self = other && other.id === state.me?.id;
  return (
    <div class="start">
      {other ? <Avatar user={other} size={64} /> : <span class="start-mark"><Icon name={channel.is_private ? "lock" : "hash"} size={34} /></span>}
      <h2>{other ? nameAndTitle(other)[0] : T.channelStart(channel.name)}</h2>
      <p>{other ? (self ? T.dmSelf : T.dmStart(nameAndTitle(other)[0])) : channel.topic || T.channelStartHint(T.members(channel.members.length))}</p>
    </div>
  );
}

/** Over one conversation with the app: the way back to all of them, and its name. */
function SessionBar({ state, channel, thread, messages }: { state: State; channel: Channel; thread: string; messages: Message[] }) {
  const [editing, setEditing] = useState(false);
  const title = titleOf(state, channel.id, thread) || gist(messages.find((one) => one.ts === thread)?.text ?? "") || T.conversation;
  return (
    <div class="session-bar">
      <button type="button" class="ghost" title={T.allConversations} aria-label={T.allConversations} onClick={() => openChannel(channel.id)}><Icon name="left" /></button>
      {editing ? <TitleEdit channel={channel.id} thread={thread} title={title} done={() => setEditing(false)} /> : <b class="cut" title={title}>{title}</b>}
      <button type="button" class="ghost ghost-small" title={T.renameSession} aria-label={T.renameSession} onClick={() => setEditing(!editing)}><Icon name="pencil" size={16} /></button>
    </div>
  );
}

function placeholderFor(state: State, channel: Channel, talking: boolean): string {
  if (isAppDm(channel)) return talking ? T.followUp(botName(state)) : T.askApp(botName(state));
  const other = findUser(state, channel.user);
  return T.messageTo(channel.is_im ? nameAndTitle(other ?? ({} as User))[0] : `#${channel.name}`);
}

function extraReplies(messages: Message[]): Map<string, number> {
  const out = new Map<string, number>();
  for (const one of messages) {
    if (one.ephemeral && isReply(one)) out.set(one.thread_ts as string, (out.get(one.thread_ts as string) ?? 0) + 1);
  }
  return out;
}

function useSeed() {
  const [seed, setSeed] = useState<{ n: number; text: string } | null>(null);
  return { seed, plant: (text: string) => setSeed((now) => ({ n: (now?.n ?? 0) + 1, text })) };
}

interface Props {
  room: Room;
  state: State;
  channel: Channel;
}

/** What is shown of a channel: its roots, or in the app's DM whole conversations, or the one that is open. */
function useLine(messages: Message[], app: boolean, session: string | null): Message[] {
  return useMemo(() => {
    if (!app) return channelLine(messages);
    return session ? messages.filter((one) => one.ts === session || one.thread_ts === session) : conversations(messages);
  }, [messages, app, session]);
}

const NONE: Message[] = [];

function Talk({ room, state, channel }: Props) {
  const known = room.messages[channel.id];
  const messages = known ?? NONE;
  const { seed, plant } = useSeed();
  const app = isAppDm(channel);
  const session = app ? room.place.thread : null;
  const line = useLine(messages, app, session);
  const extra = useMemo(() => extraReplies(messages), [messages]);
  const fresh = !!room.fresh[channel.id] && !session;
  const examples = known && !session ? examplesFor(state, channel, plant) : null;
  const empty = !line.length || (app && fresh);
  const statuses = statusesOf(state, channel.id, session, messages).filter((one) => app || one.thread_ts !== room.place.thread);
  return (
    <>
      {session && <SessionBar state={state} channel={channel} thread={session} messages={messages} />}
      <Messages key={`${channel.id}${session ?? ""}`} id={channel.id + (session ?? "")} messages={line} extraReplies={extra} mode={app ? "conversation" : "channel"}
        readUntil={room.readUntil[channel.id]} titleOf={(ts) => titleOf(state, channel.id, ts)} label={channel.name} sought={room.sought}
        footFirst={fresh} head={known && !session && <Start state={state} channel={channel} />}
        foot={
          <>
            {app && fresh && line.length > 0 && <div class="talk-line" role="separator"><span>{T.newConversation}</span></div>}
            {examples && empty && <PromptCards examples={examples} />}
          </>
        } />
      <div class="pane-foot">
        {statuses.map((one) => <StatusLine key={`${one.thread_ts}${one.status}`} state={state} status={one} />)}
        {app && !state.connected && <div class="notice" role="status"><Icon name="warning" size={16} /> {T.botDown(botName(state))}</div>}
        {app && examples && !empty && <PromptRow examples={examples} />}
        <Composer state={state} channel={channel} thread={session ?? undefined} placeholder={placeholderFor(state, channel, !fresh && line.length > 0)}
          focus={app || !room.place.thread} seed={seed} place="channel" />
      </div>
    </>
  );
}

export function ChannelPane({ room, state, channel }: Props) {
  const app = isAppDm(channel);
  const tab = app ? room.place.tab : "messages";
  return (
    <main class="pane" aria-label={channel.name}>
      <Head state={state} channel={channel} tab={tab} />
      {tab === "home" && <Home state={state} name={botName(state)} />}
      {tab === "history" && <History state={state} channel={channel} messages={room.messages[channel.id] ?? NONE} />}
      {tab !== "home" && tab !== "history" && <Talk room={room} state={state} channel={channel} />}
    </main>
  );
}
