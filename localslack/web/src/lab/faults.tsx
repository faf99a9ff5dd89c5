// Faults: which can be provoked, how often, and what is in force now.
import { useEffect, useState } from "preact/hooks";
import { anyFault } from "../chrome/topbar";
import { current, put } from "../room";
import { lab, server } from "../server";
import type { Faults, Loose, State } from "../shapes";
import { L } from "../text_lab";
import { Part, attempt } from "./part";

const OF_METHODS = ["rate_limit", "error_500", "drop_after_accept"] as const;
const COUNTED = ["duplicate", "reorder", "lose_ack"] as const;
const METHODS = ["*", "chat.postMessage", "chat.update", "chat.startStream", "chat.appendStream", "views.open", "views.publish", "files.completeUploadExternal"];
const DELAYS = [0, 250, 1_000, 3_000];
const LOOK_MS = 2_000;
const MOST = 999;

const nameOf = (fault: string) => L.faultNames[fault]?.[0] ?? fault;

function keep(faults: Faults): void {
  const state = current().state;
  if (state) put({ state: { ...state, faults } });
}

async function change(wanted: Loose): Promise<void> {
  const faults = await attempt(() => lab.faults(wanted));
  if (faults) keep(faults);
}

/** What is in force by the server's own account; a line that is cut says so elsewhere. */
const look = () => void server.state().then((state) => state.faults && keep(state.faults), () => undefined);

/** Faults wear off as they strike: while any is in force, the server is asked how many are left. */
function useLeft(faults: Faults | undefined): void {
  const any = anyFault(faults);
  useEffect(look, []);
  useEffect(() => {
    if (!any) return undefined;
    const timer = window.setInterval(look, LOOK_MS);
    return () => window.clearInterval(timer);
  }, [any]);
}

function inForce(faults: Faults): string[] {
  return [
    ...OF_METHODS.flatMap((fault) => (faults[fault] ?? []).map((rule) => L.methodTimes(nameOf(fault), rule.method, rule.times))),
    ...COUNTED.filter((fault) => faults[fault]).map((fault) => L.countTimes(nameOf(fault), faults[fault] ?? 0)),
    ...(faults.delay_ms ? [L.delayed(L.milliseconds(faults.delay_ms))] : []),
  ];
}

function InForce({ faults }: { faults: Faults }) {
  const rows = inForce(faults);
  return (
    <div class="lab-force" role="status">
      <b>{L.inForce}</b>
      {rows.length ? <ul>{rows.map((row) => <li key={row}>{row}</li>)}</ul> : <p class="hint">{L.noFaults}</p>}
      {rows.length > 0 && <button type="button" class="button button-small" onClick={() => void change({ clear: true })}>{L.clearFaults}</button>}
    </div>
  );
}

function FaultRow({ fault, provoke }: { fault: string; provoke: () => void }) {
  const [name, what] = L.faultNames[fault] ?? [fault, ""];
  return (
    <li>
      <span><b>{name}</b><small>{what}</small></span>
      <button type="button" class="button button-small" data-fault={fault} aria-label={`${L.provoke}: ${name}`} onClick={provoke}>{L.provoke}</button>
    </li>
  );
}

export function FaultsPart({ state }: { state: State }) {
  const [times, setTimes] = useState(1);
  const [method, setMethod] = useState("*");
  const faults = state.faults ?? {};
  useLeft(state.faults);
  return (
    <Part title={L.faults} hint={L.faultsHint}>
      <InForce faults={faults} />
      <div class="lab-row">
        <label class="lab-label">{L.howMany} <input class="field field-small field-count" type="number" min={1} max={MOST} value={times}
          onInput={(event) => setTimes(Math.max(1, Math.min(MOST, Number(event.currentTarget.value) || 1)))} /></label>
        <label class="lab-label">{L.method} <select class="field field-select field-small" aria-label={L.method} value={method} onChange={(event) => setMethod(event.currentTarget.value)}>
          {METHODS.map((one) => <option key={one} value={one}>{one === "*" ? L.anyMethod : one}</option>)}
        </select></label>
      </div>
      <ul class="lab-faults">
        {OF_METHODS.map((fault) => <FaultRow key={fault} fault={fault} provoke={() => void change({ [fault]: { method, times } })} />)}
        {COUNTED.map((fault) => <FaultRow key={fault} fault={fault} provoke={() => void change({ [fault]: times })} />)}
      </ul>
      <div class="lab-row">
        <label class="lab-label">{L.slow} <select class="field field-select field-small" aria-label={L.slow} value={String(faults.delay_ms ?? 0)} onChange={(event) => void change({ delay_ms: Number(event.currentTarget.value) })}>
          {DELAYS.map((ms) => <option key={ms} value={String(ms)}>{ms ? L.milliseconds(ms) : L.noDelay}</option>)}
        </select></label>
      </div>
      <label class="lab-check"><input type="checkbox" checked={!!faults.rate_tiers} onChange={(event) => void change({ rate_tiers: event.currentTarget.checked })} /> {L.tiers}</label>
      <div class="lab-row">
        <button type="button" class="button button-small" onClick={() => void change({ disconnect: "link" })}>{L.disconnect}</button>
        <button type="button" class="button button-small" onClick={() => void change({ disconnect: "refresh_requested" })}>{L.refresh}</button>
      </div>
    </Part>
  );
}
