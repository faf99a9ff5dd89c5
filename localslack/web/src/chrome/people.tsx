// Who one is: the switch in the bar and the first question of the page.
import { useState } from "preact/hooks";
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

function PeopleList({ people, done }: { people: User[]; done: () => void }) {
  const me = current().state?.me?.id;
  const find = (typed: string): Row[] =>
    people
      .filter((user) => !user.is_bot && user.id !== "USLACKBOT" && matches(typed, shown(user), user.title, user.name, user.email))
      .map((user) => ({
        key: user.id,
        draw: <PersonRow user={user} note={user.id === me ? T.current : undefined} />,
        pick: () => {
          done();
          if (user.id !== me) void become(user.id);
        },
      }));
  return <Picklist placeholder={T.searchPeople} find={find} none={T.nobodyFound} />;
}

export function PersonSwitch({ me, people }: { me: User; people: User[] }) {
  const [open, setOpen] = useState(false);
  const [name, title] = nameAndTitle(me);
  return (
    <>
      <button type="button" class="who" onClick={() => setOpen(true)} aria-haspopup="dialog" title={T.switchTitle}>
        <Avatar user={me} size={24} />
        <span class="who-words">
          {T.youAre}: <b>{name}</b>
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
