// The middle: a channel or a conversation, its head, its messages, its composer.
import { useMemo, useState } from "preact/hooks";
import { openDm, openHome, send } from "../acts";
import { shown } from "../names";
import { type Room, isAppDm, openChannel, put } from "../room";
import type { Channel, Message, State, User } from "../shapes";
import { T } from "../text";
import { Avatar } from "./avatar";
import { Composer } from "./composer";
import { Dialog } from "./dialog";
import { Home } from "./home";
import { Icon } from "./icons";
import { Messages, channelLine, conversations, isReply } from "./messages";
import { PersonRow, nameAndTitle } from "./people";
import { StatusLine, statusesOf, titleOf } from "./status";

const find = (state: State, id: string | undefined): User | undefined => state.users.find((user) => user.id === id);
const botName = (state: State) => shown(find(state, state.bot.user_id)) || state.bot.name;

function Members({ state, channel, done }: { state: State; channel: Channel; done: () => void }) {
  const people = channel.members.map((id) => find(state, id)).filter((user): user is User => !!user);
  return (
    <Dialog title={T.membersOf(channel.name)} onClose={done}>
      <ul class="members">
        {people.map((user) => (
          <li key={user.id}>
            <button type="button" class="picklist-row" onClick={() => { done(); void openDm(user.id); }}>
              <PersonRow user={user} note={user.id === state.me?.id ? T.you : user.is_bot ? T.app : undefined} />
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function ChannelTitle({ state, channel }: { state: State; channel: Channel }) {
  const other = channel.is_im ? find(state, channel.user) : undefined;
  if (!other) {
    return <h1><Icon name={channel.is_private ? "lock" : "hash"} size={18} /> {channel.name}</h1>;
  }
  const [name, title] = nameAndTitle(other);
  return (
    <h1>
      <Avatar user={other} size={26} /> {name} {other.is_bot && <span class="badge">{T.app}</span>}
      {title && <small class="head-title">{title}</small>}
    </h1>
  );
}

function Head({ state, channel, tab }: { state: State; channel: Channel; tab: "messages" | "home" }) {
  const [members, setMembers] = useState(false);
  const app = isAppDm(channel);
  return (
    <header class={app ? "head head-app" : "head"}>
      <div class="head-row">
        <ChannelTitle state={state} channel={channel} />
        {channel.topic && <span class="topic" title={channel.topic}>{channel.topic}</span>}
        {!channel.is_im && (
          <button type="button" class="members-button" onClick={() => setMembers(true)} aria-label={T.members(channel.members.length)} title={T.members(channel.members.length)}>
            {channel.members.slice(0, 3).map((id) => <Avatar key={id} user={find(state, id)} id={id} size={22} />)}
            <span>{channel.members.length}</span>
          </button>
        )}
        {app && tab === "messages" && (
          <button type="button" class="button button-small head-new" onClick={() => put({ fresh: { [channel.id]: true } })}>
            <Icon name="pencil" size={15} /> <span>{T.newConversation}</span>
          </button>
        )}
      </div>
      {app && (
        <div class="tabs" role="tablist">
          <button type="button" role="tab" aria-selected={tab === "messages"} onClick={() => openChannel(channel.id)}>{T.messagesTab}</button>
          <button type="button" role="tab" aria-selected={tab === "home"} onClick={() => void openHome()}>{T.homeTab}</button>
        </div>
      )}
      {members && <Members state={state} channel={channel} done={() => setMembers(false)} />}
    </header>
  );
}

interface Examples {
  title: string;
  items: { title: string; pick: () => void }[];
}

/** What may be asked: the app's own prompts where it set them, ours elsewhere. */
function examplesFor(state: State, channel: Channel, seed: (text: string) => void): Examples | null {
  if (!isAppDm(channel)) {
    if (channel.is_im || !channel.is_member || !channel.members.includes(state.bot.user_id)) return null;
    const name = botName(state);
    return { title: T.askInChannel(name), items: T.examples.map((text) => ({ title: text, pick: () => seed(`@${name} ${text}`) })) };
  }
  const given = state.prompts[channel.id];
  if (!given?.prompts.length) return { title: T.askInDm, items: T.examples.map((text) => ({ title: text, pick: () => seed(text) })) };
  const pick = (message: string) => async () => {
    if (await send(channel.id, message)) seed(message);
  };
  return { title: given.title || T.askInDm, items: given.prompts.map((one) => ({ title: one.title, pick: pick(one.message) })) };
}

function ExampleList({ examples }: { examples: Examples }) {
  return (
    <div class="examples">
      <p>{examples.title}</p>
      <div class="examples-items">
        {examples.items.map((one) => <button type="button" key={one.title} class="example" onClick={() => void one.pick()}>{one.title}</button>)}
      </div>
    </div>
  );
}

function Start({ state, channel }: { state: State; channel: Channel }) {
  const other = channel.is_im ? find(state, channel.user) : undefined;
  const self = other && other.id === state.me?.id;
  return (
    <div class="start">
      {other ? <Avatar user={other} size={64} /> : <span class="start-mark"><Icon name={channel.is_private ? "lock" : "hash"} size={34} /></span>}
      <h2>{other ? nameAndTitle(other)[0] : T.channelStart(channel.name)}</h2>
      <p>{other ? (self ? T.dmSelf : T.dmStart(nameAndTitle(other)[0])) : channel.topic || T.channelStartHint(T.members(channel.members.length))}</p>
    </div>
  );
}

function placeholderFor(state: State, channel: Channel, talking: boolean): string {
  if (isAppDm(channel)) return talking ? T.followUp(botName(state)) : T.askApp(botName(state));
  const other = find(state, channel.user);
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

export function ChannelPane({ room, state, channel }: { room: Room; state: State; channel: Channel }) {
  const messages = room.messages[channel.id];
  const { seed, plant } = useSeed();
  const app = isAppDm(channel);
  const line = useMemo(() => (app ? conversations(messages ?? []) : channelLine(messages ?? [])), [messages, app]);
  const extra = useMemo(() => extraReplies(messages ?? []), [messages]);
  const fresh = !!room.fresh[channel.id];
  const examples = messages && (!line.length || (app && fresh)) ? examplesFor(state, channel, plant) : null;
  const statuses = statusesOf(state, channel.id, null).filter((one) => app || one.thread_ts !== room.place.thread);
  return (
    <main class="pane" aria-label={channel.name}>
      <Head state={state} channel={channel} tab={room.place.tab} />
      {app && room.place.tab === "home" ? <Home state={state} name={botName(state)} /> : (
        <>
          <Messages key={channel.id} id={channel.id} messages={line} extraReplies={extra} mode={app ? "conversation" : "channel"}
            readUntil={room.readUntil[channel.id]} titleOf={(ts) => titleOf(state, channel.id, ts)} label={channel.name}
            head={messages && <Start state={state} channel={channel} />}
            foot={
              <>
                {app && fresh && line.length > 0 && <div class="talk-line" role="separator"><span>{T.newConversation}</span></div>}
                {examples && <ExampleList examples={examples} />}
                {statuses.map((one) => <StatusLine key={one.thread_ts} state={state} status={one} />)}
              </>
            } />
          <div class="pane-foot">
            {app && !state.connected && <div class="notice" role="status"><Icon name="warning" size={16} /> {T.botDown(botName(state))}</div>}
            <Composer state={state} channel={channel} placeholder={placeholderFor(state, channel, !fresh && line.length > 0)} focus={!room.place.thread} seed={seed} />
          </div>
        </>
      )}
    </main>
  );
}
