// "Cartera está trabajando…": what the app says of itself while one waits, and the button that stops it.
import { useEffect, useState } from "preact/hooks";
import { stop } from "../acts";
import { botName } from "../names";
import type { Message, State, Status } from "../shapes";
import { T } from "../text";
import { Icon } from "./icons";

const OVER = new Set(["", "active", "suspended", "closed"]);

/** What goes on in a channel, or in one of its threads: sessions at work, free status lines, answers still growing. */
export function statusesOf(state: State, channel: string, thread: string | null, messages: Message[]): Status[] {
  const held = state.statuses.filter((one) => one.channel === channel && !OVER.has(one.status));
  const growing = messages.filter((one) => one.streaming && one.thread_ts && !held.some((other) => other.thread_ts === one.thread_ts));
  const threads = [...new Set(growing.map((one) => one.thread_ts as string))];
  const all = [...held, ...threads.map((thread_ts): Status => ({ channel, thread_ts, status: "processing" }))];
  return all.filter((one) => thread === null || one.thread_ts === thread);
}

export const titleOf = (state: State, channel: string, thread: string): string | undefined =>
  state.titles?.find((one) => one.channel === channel && one.thread_ts === thread)?.title;

function useTurn(count: number): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (count < 2) return undefined;
    const timer = window.setInterval(() => setTurn((now) => now + 1), 2_200);
    return () => window.clearInterval(timer);
  }, [count]);
  return count ? turn % count : 0;
}

export function StatusLine({ state, status }: { state: State; status: Status }) {
  const [asked, setAsked] = useState(false);
  const name = botName(state);
  const loading = status.loading_messages ?? [];
  const turn = useTurn(loading.length);
  const session = status.status === "processing";
  const said = asked ? T.stopping : (loading[turn] ?? (session ? T.thinking(name) : `${name} ${status.status}`));
  const press = () => {
    setAsked(true);
    void stop(status.channel, status.thread_ts);
  };
  return (
    <div class="status" role="status">
      <span class="dots" aria-hidden="true"><i /><i /><i /></span>
      <span class="status-words">{said}</span>
      {session && (
        <button type="button" class="button button-small button-stop" disabled={asked} onClick={press}><Icon name="stop" size={15} /> {T.stop}</button>
      )}
    </div>
  );
}
