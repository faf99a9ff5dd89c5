// "Cartera está trabajando…": what the app says of itself while one waits, and the button that stops it.
import { useEffect, useState } from "preact/hooks";
import { stop } from "../acts";
import type { State, Status } from "../shapes";
import { T } from "../text";

const OVER = new Set(["", "active", "suspended", "closed"]);

export function statusesOf(state: State, channel: string, thread: string | null): Status[] {
  return state.statuses.filter((one) => one.channel === channel && !OVER.has(one.status) && (thread === null || one.thread_ts === thread));
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
  const name = state.users.find((user) => user.id === state.bot.user_id)?.real_name ?? state.bot.name;
  const loading = status.loading_messages ?? [];
  const turn = useTurn(loading.length);
  const session = status.status === "processing";
  const said = loading[turn] ?? (session ? T.thinking(name) : `${name} ${status.status}`);
  return (
    <div class="status" role="status">
      <span class="dots" aria-hidden="true"><i /><i /><i /></span>
      <span>{said}</span>
      {session && (
        <button type="button" class="button button-small" onClick={() => void stop(status.channel, status.thread_ts)}>{T.stop}</button>
      )}
    </div>
  );
}
