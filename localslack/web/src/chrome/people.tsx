// Who one is: the switch in the bar and the first question of the page.
import { matches, shown } from "../names";
import { become, current } from "../room";
import type { User } from "../shapes";
import { T } from "../text";
import { Avatar } from "./avatar";
import { Dialog } from "./dialog";
import { Icon } from "./icons";
import { Picklist, type Row } from "./picklist";

/** A name may carry its trade after a dash ("Laura Ríos — Supervisora"); a title of its own comes first. */
export function nameAndTitle(user: User): [string, string] {
  const [name = "", after = ""] = shown(user).split(/\s+[—–]\s+/);
  return [name, user.title || after];
}

export function PersonRow({ user, note }: { user: User; note?: string }) {
  const [name, title] = nameAndTitle(user);
  return (
    <>
      <Avatar user={user} size={36} />
      <span class="person-words">
        <b>{name}</b>
        <small>{[title, `@${user.name}`].filter(Boolean).join(" · ")}</small>
      </span>
      {note && <span class="note">{note}</span>}
    </>
  );
}

/** What sets somebody apart from an ordinary member. */
export function marksOf(user: User): string[] {
  const guest = user.is_ultra_restricted ? T.oneChannelGuest : user.is_restricted ? T.guest : "";
  return [user.deleted ? T.deactivated : "", user.is_stranger ? T.stranger : "", guest].filter(Boolean);
}

const LAST = "localslack.last";

/** The people one was before, the latest first. */
function recent(): string[] {
  try {
    return JSON.parse(window.localStorage.getItem(LAST) ?? "[]") as string[];
  } catch {
    return [];
  }
}

function noteRecent(id: string): void {
  try {
    window.localStorage.setItem(LAST, JSON.stringify([id, ...recent().filter((one) => one !== id)].slice(0, 4)));
  } catch {
    // Without memory the list is only in its own order.
  }
}

function PeopleList({ people, done }: { people: User[]; done: () => void }) {
  const me = current().state?.me?.id;
  const last = recent().filter((id) => id !== me);
  const row = (user: User, group: string | undefined): Row => ({
    key: group ? `${group}${user.id}` : user.id,
    group,
    draw: <PersonRow user={user} note={user.id === me ? T.current : marksOf(user)[0]} />,
    pick: () => {
      done();
      noteRecent(user.id);
      if (user.id !== me) void become(user.id);
    },
  });
  const find = (typed: string): Row[] => {
    const known = people.filter((user) => !user.is_bot && user.id !== "USLACKBOT" && matches(typed, shown(user), user.title, user.name, user.email));
    const before = typed ? [] : last.map((id) => known.find((user) => user.id === id)).filter((user): user is User => !!user);
    return [...before.map((user) => row(user, T.recent)), ...known.map((user) => row(user, before.length ? T.everybody : undefined))];
  };
  return <Picklist placeholder={T.searchPeople} find={find} none={T.nobodyFound} />;
}

export function PersonSwitch({ me, people, open, setOpen }: { me: User; people: User[]; open: boolean; setOpen: (open: boolean) => void }) {
  const [name, title] = nameAndTitle(me);
  return (
    <>
      <button type="button" class="who" onClick={() => setOpen(true)} aria-haspopup="dialog" aria-keyshortcuts="Alt+U" title={`${T.switchTitle} (Alt+U)`}>
        <Avatar user={me} size={24} />
        <span class="who-words">
          <span class="who-are">{T.youAre}: </span><b>{name}</b>
          {title && <span class="who-title"> — {title}</span>}
        </span>
        <Icon name="down" size={16} />
      </button>
      {open && (
        <Dialog title={T.switchTitle} onClose={() => setOpen(false)}>
          <PeopleList people={people} done={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}

export function Chooser({ people }: { people: User[] }) {
  return (
    <main class="chooser">
      <div class="chooser-card">
        <div class="mark" aria-hidden="true"><Icon name="hash" size={30} /></div>
        <h1>{T.chooseTitle}</h1>
        <p>{T.chooseHint}</p>
        <PeopleList people={people} done={() => undefined} />
      </div>
    </main>
  );
}
