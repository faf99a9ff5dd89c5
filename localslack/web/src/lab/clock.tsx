// The clock of this Slack: what time it is, and the buttons that move it.
import { useEffect, useState } from "preact/hooks";
import { lab } from "../server";
import type { State } from "../shapes";
import { L } from "../text_lab";
import { distance, full, now } from "../when";
import { Part, attempt } from "./part";

const STEPS = [[60, L.plusMinute], [3_600, L.plusHour], [86_400, L.plusDay]] as const;

/** Draws again every second. */
function useTick(): void {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => setTick((before) => before + 1), 1_000);
    return () => window.clearInterval(timer);
  }, []);
}

export function ClockPart({ state }: { state: State }) {
  const [typed, setTyped] = useState("");
  useTick();
  const offset = state.clock?.offset ?? 0;
  const moved = Math.abs(offset) >= 1;
  const goTo = (event: Event) => {
    event.preventDefault();
    if (typed) void attempt(() => lab.clock({ at: new Date(typed).toISOString() }));
  };
  return (
    <Part title={L.clock} hint={L.clockHint}>
      <p class="lab-clock" data-offset={Math.round(offset)}><b>{full(String(now()))}</b><small>{moved ? L.moved(distance(offset)) : L.realTime}</small></p>
      <div class="lab-row">
        {STEPS.map(([seconds, label]) => (
          <button type="button" key={seconds} class="button button-small" onClick={() => void attempt(() => lab.clock({ advance: seconds }))}>{label}</button>
        ))}
        <button type="button" class="button button-small" disabled={!moved} onClick={() => void attempt(() => lab.clock({ reset: true }))}>{L.backToNow}</button>
      </div>
      <form class="lab-row" onSubmit={goTo}>
        <label class="lab-label">{L.goTo} <input class="field field-small" type="datetime-local" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} /></label>
        <button type="submit" class="button button-small" disabled={!typed}>{L.go}</button>
      </form>
    </Part>
  );
}
