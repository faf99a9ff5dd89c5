// The left side: channels, conversations, the app. Bold is unread.
import { openDm } from "../acts";
import type { Place } from "../address";
import { shown } from "../names";
import { current, go, openChannel } from "../room";
import type { Channel, State, User } from "../shapes";
import { T } from "../text";
import { Avatar } from "./avatar";
import { Icon } from "./icons";
import { marksOf, nameAndTitle } from "./people";

interface Props {
  state: State;
  place: Place;
  open: boolean;
  onClose: () => void;
  onNew: () => void;
  onKeys: () => void;
}

function Line({ active, unread, badge, onPick, children, label }: {
  active: boolean;
  unread: boolean;
  badge: number;
  onPick: () => void;
  children: preact.ComponentChildren;
  label: string;
}) {
  return (
    <li>
      <button type="button" class={`line${active ? " on" : ""}${unread ? " unread" : ""}`} aria-current={active ? "page" : undefined}
        aria-label={badge ? `${label}, ${T.unread(badge)}` : label} onClick={onPick}>
        {children}
        {badge > 0 && <span class="count" aria-hidden="true">{badge > 99 ? "99+" : badge}</span>}
      </button>
    </li>
  );
}

function ChannelLine({ channel, active, done }: { channel: Channel; active: boolean; done: () => void }) {
  const label = `${channel.is_private ? T.privateChannel : T.publicChannel} ${channel.name}`;
  return (
    <Line active={active} unread={channel.unread > 0} badge={channel.mentions ?? 0} label={label} onPick={() => { openChannel(channel.id); done(); }}>
      <Icon name={channel.is_private ? "lock" : "hash"} size={16} />
      <span class="line-name">{channel.name}</span>
    </Line>
  );
}

function PersonLine({ user, channel, active, me, connected, done }: {
  user: User;
  channel: Channel | undefined;
  active: boolean;
  me: string;
  connected: boolean;
  done: () => void;
}) {
  const [name] = nameAndTitle(user);
  const pick = () => {
    if (channel && !user.is_bot) openChannel(channel.id);
    else void openDm(user.id);
    done();
  };
  return (
    <Line active={active} unread={(channel?.unread ?? 0) > 0} badge={channel?.unread ?? 0} label={shown(user)} onPick={pick}>
      <span class="line-avatar">
        <Avatar user={user} size={20} />
        {user.is_bot && <i class={connected ? "presence on" : "presence"} title={connected ? T.online : T.offline} />}
      </span>
      <span class="line-name">{name}{user.id === me && <span class="line-you"> {T.you}</span>}</span>
      {user.is_bot && <span class="badge badge-dim">{T.app}</span>}
      {marksOf(user).slice(0, 1).map((mark) => <span key={mark} class="badge badge-dim">{mark}</span>)}
    </Line>
  );
}

function Group({ title, action, children }: { title: string; action?: preact.ComponentChildren; children: preact.ComponentChildren }) {
  return (
    <section class="group" aria-label={title}>
      <div class="group-head"><h3>{title}</h3>{action}</div>
      <ul>{children}</ul>
    </section>
  );
}

export function Sidebar({ state, place, open, onClose, onNew, onKeys }: Props) {
  const me = state.me as User;
  const inThreads = place.tab === "threads";
  const active = inThreads ? null : place.channel;
  const openThreads = () => {
    go({ ...current().place, thread: null, tab: "threads" });
    onClose();
  };
  const find = (id: string | undefined) => state.users.find((user) => user.id === id);
  const bot = find(state.bot.user_id);
  const people = state.dms.map((channel) => ({ channel, user: find(channel.user) })).filter((one) => one.user && !one.user.is_bot);
  const dmOf = (id: string) => state.dms.find((channel) => channel.user === id);
  const line = (user: User, channel: Channel | undefined) => (
    <PersonLine key={user.id} user={user} channel={channel} active={!!channel && channel.id === active} me={me.id} connected={state.connected} done={onClose} />
  );
  return (
    <>
      {open && <div class="veil only-phone" onClick={onClose} />}
      <nav class={open ? "sidebar open" : "sidebar"} aria-label={state.team.name}>
        <div class="team">
          <h2>{state.team.name}</h2>
          <button type="button" class="ghost ghost-light not-phone" onClick={onKeys} title={`${T.keys} (Ctrl+/)`} aria-label={T.keys}><Icon name="keyboard" /></button>
          <button type="button" class="ghost ghost-light" onClick={onNew} title={T.newMessage} aria-label={T.newMessage}><Icon name="pencil" /></button>
          <button type="button" class="ghost ghost-light only-phone" onClick={onClose} aria-label={T.closeMenu}><Icon name="close" /></button>
        </div>
        <div class="lines">
          <ul class="group">
            <Line active={inThreads} unread={false} badge={0} label={T.threads} onPick={openThreads}><Icon name="threads" size={16} /><span class="line-name">{T.threads}</span></Line>
          </ul>
          {bot && <Group title={T.apps}>{line(bot, dmOf(bot.id))}</Group>}
          <Group title={T.channels}>
            {state.channels.map((channel) => <ChannelLine key={channel.id} channel={channel} active={channel.id === active} done={onClose} />)}
          </Group>
          <Group title={T.directMessages} action={
            <button type="button" class="ghost ghost-light ghost-small" onClick={onNew} aria-label={T.newMessage} title={T.newMessage}><Icon name="plus" size={16} /></button>
          }>
            {people.filter((one) => one.user?.id !== me.id).map((one) => line(one.user as User, one.channel))}
            {line(me, dmOf(me.id))}
          </Group>
        </div>
      </nav>
    </>
  );
}
