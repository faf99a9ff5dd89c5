// What the composer offers while one types: people after @, channels after #, commands after /. Draws nothing.
import { matches, shown } from "../names";
import type { Channel, Command, State, User } from "../shapes";

export type Offer =
  | { kind: "person"; user: User; insert: string }
  | { kind: "channel"; channel: Channel; insert: string }
  | { kind: "command"; command: Command; insert: string };

export interface Offers {
  /** Where in the text the typed word begins. */
  from: number;
  offers: Offer[];
}

const MOST = 8;

function people(state: State, channel: Channel, typed: string): Offer[] {
  const rank = (user: User) => (user.id === state.bot.user_id ? 0 : channel.members.includes(user.id) ? 1 : 2);
  return state.users
    .filter((user) => user.id !== "USLACKBOT" && user.id !== state.me?.id && matches(typed, shown(user), user.name, user.title))
    .sort((a, b) => rank(a) - rank(b) || shown(a).localeCompare(shown(b), "es"))
    .slice(0, MOST)
    .map((user) => ({ kind: "person", user, insert: `@${shown(user)} ` }));
}

/** The offers for the word before the caret, or null. */
export function offersAt(state: State, channel: Channel, text: string, caret: number): Offers | null {
  const before = text.slice(0, caret);
  const command = /^\/\S*$/.exec(before);
  if (command) {
    const found = state.commands.filter((one) => one.command.startsWith(before)).slice(0, MOST);
    return { from: 0, offers: found.map((one) => ({ kind: "command", command: one, insert: `${one.command} ` })) };
  }
  const word = /(?:^|[\s(¿¡])([@#])(\S*(?: \S+)?)$/u.exec(before);
  if (!word) return null;
  const typed = word[2] ?? "";
  const from = caret - typed.length - 1;
  if (word[1] === "@") return { from, offers: people(state, channel, typed) };
  const found = state.channels.filter((one) => matches(typed, one.name)).slice(0, MOST);
  return { from, offers: typed.includes(" ") ? [] : found.map((one) => ({ kind: "channel", channel: one, insert: `#${one.name} ` })) };
}

/** The known command a line begins with, once its name is complete. */
export const commandOf = (state: State, text: string): Command | undefined =>
  state.commands.find((one) => text === one.command || text.startsWith(`${one.command} `));
