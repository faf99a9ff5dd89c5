// "Ir a…" (Ctrl+K) and "nuevo mensaje": one list of channels and people.
import { openDm, runShortcut } from "../acts";
import { botName, matches, shown } from "../names";
import { openChannel } from "../room";
import type { Channel, Shortcut, State, User } from "../shapes";
import { T } from "../text";
import { Avatar } from "./avatar";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { nameAndTitle } from "./people";
import { Picklist, type Row } from "./picklist";

function channelRow(channel: Channel, pick: () => void): Row {
  return {
    key: channel.id,
    group: T.channels,
    draw: (
      <>
        <span class="jump-icon"><Icon name={channel.is_private ? "lock" : "hash"} /></span>
        <span class="person-words"><b>{channel.name}</b>{channel.topic && <small>{channel.topic}</small>}</span>
      </>
    ),
    pick,
  };
}

function personRow(user: User, me: string, pick: () => void): Row {
  const [name, title] = nameAndTitle(user);
  return {
    key: user.id,
    group: T.people,
    draw: (
      <>
        <Avatar user={user} size={28} />
        <span class="person-words">
          <b>{name}{user.id === me && ` (${T.you})`} {user.is_bot && <span class="badge">{T.app}</span>}</b>
          {title && <small>{title}</small>}
        </span>
      </>
    ),
    pick,
  };
}

function shortcutRow(state: State, shortcut: Shortcut, pick: () => void): Row {
  return {
    key: shortcut.callback_id,
    group: T.shortcuts,
    draw: (
      <>
        <span class="jump-icon"><Icon name="bolt" /></span>
        <span class="person-words"><b>{shortcut.name}</b><small>{[botName(state), shortcut.description].filter(Boolean).join(" · ")}</small></span>
      </>
    ),
    pick,
  };
}

export function Jump({ state, onlyPeople, done }: { state: State; onlyPeople: boolean; done: () => void }) {
  const find = (typed: string): Row[] => {
    const channels = onlyPeople ? [] : state.channels.filter((channel) => matches(typed, channel.name, channel.topic));
    const people = state.users.filter((user) => user.id !== "USLACKBOT" && matches(typed, shown(user), user.title, user.name));
    const shortcuts = onlyPeople ? [] : (state.shortcuts ?? []).filter((one) => one.type === "global" && matches(typed, one.name, one.description));
    people.sort((a, b) => Number(!!b.is_bot) - Number(!!a.is_bot));
    return [
      ...channels.map((channel) => channelRow(channel, () => { done(); openChannel(channel.id); })),
      ...people.map((user) => personRow(user, state.me?.id ?? "", () => { done(); void openDm(user.id); })),
      ...shortcuts.map((one) => shortcutRow(state, one, () => { done(); void runShortcut(one.callback_id); })),
    ];
  };
  return (
    <Dialog title={onlyPeople ? T.newMessageTitle : T.jumpTitle} onClose={done}>
      <Picklist placeholder={onlyPeople ? T.searchPeople : T.jumpPlaceholder} find={find} none={onlyPeople ? T.nobodyFound : T.nothingFound} />
    </Dialog>
  );
}
