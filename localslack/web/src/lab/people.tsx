// What Slack says of a person: gone, a guest, from another company.
import { useState } from "preact/hooks";
import { marksOf, nameAndTitle } from "../chrome/people";
import { lab } from "../server";
import type { State, User } from "../shapes";
import { L } from "../text_lab";
import { Part, attempt } from "./part";

type Flag = "deleted" | "is_restricted" | "is_ultra_restricted" | "is_stranger";
const FLAGS: Flag[] = ["deleted", "is_restricted", "is_ultra_restricted", "is_stranger"];

const label = (user: User) => {
  const [name, title] = nameAndTitle(user);
  const words = [name, title].filter(Boolean).join(" — ");
  return marksOf(user).length ? `${words} (${marksOf(user).join(", ")})` : words;
};

export function PeoplePart({ state }: { state: State }) {
  const people = state.users.filter((user) => !user.is_bot && user.id !== "USLACKBOT");
  const [id, setId] = useState(state.me?.id ?? "");
  const person = people.find((user) => user.id === id);
  const turn = (flag: Flag, on: boolean) => {
    // A guest of one channel is a guest too, and who is no guest is not one of one channel.
    const also = flag === "is_ultra_restricted" && on ? { is_restricted: true } : flag === "is_restricted" && !on ? { is_ultra_restricted: false } : {};
    void attempt(() => lab.user(id, { [flag]: on, ...also }));
  };
  return (
    <Part title={L.people} hint={L.peopleHint}>
      <label class="lab-label">{L.person} <select class="field field-select field-small" aria-label={L.person} value={id} onChange={(event) => setId(event.currentTarget.value)}>
        {people.map((user) => <option key={user.id} value={user.id}>{label(user)}</option>)}
      </select></label>
      {person && FLAGS.map((flag) => (
        <label key={flag} class="lab-check"><input type="checkbox" checked={!!person[flag]} onChange={(event) => turn(flag, event.currentTarget.checked)} /> {L.flags[flag]}</label>
      ))}
    </Part>
  );
}
