// The head of a channel or a conversation: what it is, who is in it, and the tabs of the app.
import { useRef, useState } from "preact/hooks";
import { openDm, openTab } from "../acts";
import type { Tab } from "../address";
import { current, isAppDm, openChannel, put } from "../room";
import type { Channel, State, User } from "../shapes";
import { T } from "../text";
import { Avatar } from "./avatar";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { PersonRow, nameAndTitle } from "./people";

export const findUser = (state: State, id: string | undefined): User | undefined => state.users.find((user) => user.id === id);

function Members({ state, channel, done }: { state: State; channel: Channel; done: () => void }) {
  const people = channel.members.map((id) => findUser(state, id)).filter((user): user is User => !!user);
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
  const other = channel.is_im ? findUser(state, channel.user) : undefined;
  if (!other) {
    return (
      <h1>
        <Icon name={channel.is_private ? "lock" : "hash"} size={18} /> <span class="cut">{channel.name}</span>
        {channel.is_ext_shared && <span class="badge">{T.shared}</span>}
      </h1>
    );
  }
  const [name, title] = nameAndTitle(other);
  return (
    <h1>
      <Avatar user={other} size={26} /> <span class="cut">{name}</span> {other.is_bot && <span class="badge">{T.app}</span>}
      {title && <small class="head-title">{title}</small>}
    </h1>
  );
}

const TABS: [Tab, string][] = [["messages", T.messagesTab], ["home", T.homeTab], ["history", T.historyTab]];

function Tabs({ channel, tab }: { channel: Channel; tab: Tab }) {
  const list = useRef<HTMLDivElement>(null);
  const step = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const at = (TABS.findIndex(([one]) => one === tab) + by + TABS.length) % TABS.length;
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[at]?.focus();
    openTab(channel.id, TABS[at]?.[0] ?? "messages");
  };
  return (
    <div class="tabs" role="tablist" ref={list} onKeyDown={step}>
      {TABS.map(([one, label]) => (
        <button type="button" role="tab" key={one} aria-selected={tab === one} tabIndex={tab === one ? 0 : -1} onClick={() => openTab(channel.id, one)}
          aria-label={one === "messages" && channel.unread ? `${label}, ${T.unread(channel.unread)}` : undefined}>
          {label}{one === "messages" && channel.unread > 0 && <span class="count" aria-hidden="true">{channel.unread > 99 ? "99+" : channel.unread}</span>}
        </button>
      ))}
    </div>
  );
}

function begin(channel: string): void {
  if (current().place.thread || current().place.tab !== "messages") openChannel(channel);
  put({ fresh: { [channel]: true } });
}

export function Head({ state, channel, tab }: { state: State; channel: Channel; tab: Tab }) {
  const [members, setMembers] = useState(false);
  const app = isAppDm(channel);
  return (
    <header class={app ? "head head-app" : "head"}>
      <div class="head-row">
        <ChannelTitle state={state} channel={channel} />
        {channel.topic && <span class="topic" title={channel.topic}>{channel.topic}</span>}
        {!channel.is_im && (
          <button type="button" class="members-button" onClick={() => setMembers(true)} aria-label={T.members(channel.members.length)} title={T.members(channel.members.length)}>
            {channel.members.slice(0, 3).map((id) => <Avatar key={id} user={findUser(state, id)} id={id} size={22} />)}
            <span>{channel.members.length}</span>
          </button>
        )}
        {app && (
          <button type="button" class="button button-small head-new" title={T.newConversation} aria-label={T.newConversation} onClick={() => begin(channel.id)}>
            <Icon name="pencil" size={15} /> <span>{T.newConversation}</span>
          </button>
        )}
      </div>
      {app && <Tabs channel={channel} tab={tab} />}
      {members && <Members state={state} channel={channel} done={() => setMembers(false)} />}
    </header>
  );
}
