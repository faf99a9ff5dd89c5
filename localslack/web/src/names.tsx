// Who and what an id stands for, for every piece that draws text. Knows the state, not the messages.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Channel, State, User } from "./shapes";
import { T } from "./text";

export interface Names {
  user(id: string): User | undefined;
  channel(id: string): Channel | undefined;
  me: string;
  bot: string;
}

export const NamesContext = createContext<Names>({ user: () => undefined, channel: () => undefined, me: "", bot: "" });
export const useNames = () => useContext(NamesContext);

/** Equal as long as nobody and no channel came, went or was renamed: drawing again is only needed then. */
export const namesKey = (state: State): string =>
  [state.me?.id, ...state.users.map((user) => `${user.real_name}${user.title ?? ""}${user.deleted ?? ""}`), ...[...state.channels, ...state.dms].map((channel) => `${channel.id}${channel.name}`)].join(" ");

export function namesOf(state: State): Names {
  const users = new Map(state.users.map((user) => [user.id, user]));
  const channels = new Map([...state.channels, ...state.dms].map((channel) => [channel.id, channel]));
  return {
    user: (id) => users.get(id),
    channel: (id) => channels.get(id),
    me: state.me?.id ?? "",
    bot: state.bot.user_id,
  };
}

export const shown = (user: User | undefined) => user?.real_name || user?.name || T.unknownPerson;

/** What the app is called here. */
export const botName = (state: State) => shown(state.users.find((user) => user.id === state.bot.user_id) ?? { id: "", name: state.bot.name, real_name: state.bot.name });

const plainForm = (s: string) => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Whether every typed word begins some word of the text, accents aside. */
export function matches(typed: string, ...texts: (string | undefined)[]): boolean {
  const words = plainForm(texts.filter(Boolean).join(" ")).split(/[\s@#.,_()—-]+/);
  return plainForm(typed).split(/[\s@#]+/).filter(Boolean).every((part) => words.some((word) => word.startsWith(part)));
}
