// The inspector: every payload in and out as it passes, and beside it the laboratory.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { copy } from "../acts";
import { Icon } from "../chrome/icons";
import { currentLog, failed, filtered, forgetLog, newest, pause, takeEntries, watchLog } from "../log";
import { setLogging } from "../room";
import { lab } from "../server";
import type { LogEntry, State } from "../shapes";
import { T } from "../text";
import { L } from "../text_lab";
import { clockMillis } from "../when";
import { JsonTop } from "./json_tree";
import { Laboratory } from "./laboratory";

const SHOWN = 300;
const KINDS = ["api", "envelope", "ack", "response_url", "control"];

function useLog() {
  const [log, setLog] = useState(currentLog());
  useEffect(() => watchLog(setLog), []);
  return log;
}

/** Which way a payload went, as one reads it: from the app, to the app, or a person's doing. */
const wayOf = (entry: LogEntry) => (entry.kind === "control" ? "person" : entry.direction === "in" ? "from" : "to");
const MARKS = { from: "←", to: "→", person: "●" } as const;

/** A message to a response_url calls no method: it is named by where it went. */
const nameOf = (entry: LogEntry) => entry.name || entry.kind;

/** An ack carries only its envelope's number: it is called by what it acknowledges. */
function acked(entries: LogEntry[]): Map<string, string> {
  return new Map(entries.filter((entry) => entry.kind === "envelope").map((entry) => [String(entry.payload?.envelope_id), entry.name]));
}

function Row({ entry, name, chosen, pick }: { entry: LogEntry; name: string; chosen: boolean; pick: () => void }) {
  const way = wayOf(entry);
  const marks = ["log-row", `log-${way}`, chosen && "on", failed(entry) && "log-failed"].filter(Boolean).join(" ");
  return (
    <li id={`log-${entry.n}`} class={marks} role="option" aria-selected={chosen} onClick={pick}>
      <time>{clockMillis(entry.at)}</time>
      <b class="log-way" title={L.ways[way]}>{MARKS[way]}<span class="unseen">{L.ways[way]}</span></b>
      <span class="log-kind" title={entry.kind}>{L.kinds[entry.kind] ?? entry.kind}</span>
      <span class="log-name" title={name}>{name}</span>
      <span class="log-ms">{failed(entry) && <i title={String(entry.response?.error ?? "")}>{String(entry.response?.error ?? L.failedShort)}</i>}{entry.ms !== undefined && L.ms(entry.ms)}</span>
    </li>
  );
}

function Detail({ entry, close }: { entry: LogEntry; close: () => void }) {
  return (
    <section class="log-detail" aria-label={L.detail(nameOf(entry))}>
      <header>
        <b>{nameOf(entry)}</b>
        <button type="button" class="button button-small" onClick={() => void copy(JSON.stringify(entry, null, 2), L.jsonCopied)}><Icon name="copy" size={15} /> {L.copyJson}</button>
        <button type="button" class="ghost ghost-small" aria-label={T.close} onClick={close}><Icon name="close" size={16} /></button>
      </header>
      <div class="log-trees" tabIndex={0} role="region" aria-label={L.payload}>
        <h4>{L.payload}</h4>
        <JsonTop key={`p${entry.n}`} value={entry.payload} />
        {entry.response !== undefined && <><h4>{L.response}</h4><JsonTop key={`r${entry.n}`} value={entry.response} /></>}
      </div>
    </section>
  );
}

function Filters({ typed, kind, setTyped, setKind }: { typed: string; kind: string; setTyped: (typed: string) => void; setKind: (kind: string) => void }) {
  return (
    <>
      <div class="search search-small">
        <Icon name="search" size={15} />
        <input type="text" class="search-input" placeholder={L.filter} aria-label={L.filter} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      </div>
      <select class="field field-select field-small" aria-label={L.kind} value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
        <option value="">{L.allKinds}</option>
        {KINDS.map((one) => <option key={one} value={one}>{L.kinds[one] ?? one}</option>)}
        <option value="failed">{L.onlyFailed}</option>
      </select>
    </>
  );
}

function Payloads() {
  const log = useLog();
  const [typed, setTyped] = useState("");
  const [kind, setKind] = useState("");
  const [chosen, setChosen] = useState<number | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const rows = useMemo(() => filtered(log.entries, { typed, kind }), [log.entries, typed, kind]);
  const shown = rows.slice(-SHOWN).reverse();
  const names = useMemo(() => acked(log.entries), [log.entries]);
  const entry = chosen === null ? undefined : log.entries.find((one) => one.n === chosen);
  useEffect(() => {
    void lab.log(newest()).then(takeEntries, () => undefined);
  }, []);
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [chosen]);
  const key = (event: KeyboardEvent) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Escape" && chosen !== null) setChosen(null);
    else if (by && shown.length) setChosen(shown[Math.max(0, Math.min(shown.length - 1, shown.findIndex((one) => one.n === chosen) + by))]?.n ?? null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="lab-payloads">
      <div class="lab-tools">
        <Filters typed={typed} kind={kind} setTyped={setTyped} setKind={setKind} />
        <button type="button" class="button button-icon button-small" aria-pressed={log.paused} title={log.paused ? L.resume : L.pause} aria-label={log.paused ? L.resume : L.pause}
          onClick={() => pause(!log.paused)}><Icon name={log.paused ? "play" : "pause"} size={16} /></button>
        <button type="button" class="button button-icon button-small" title={L.clear} aria-label={L.clear} onClick={() => { forgetLog(); setChosen(null); }}><Icon name="trash" size={16} /></button>
        <button type="button" class="button button-icon button-small" title={L.copyAll} aria-label={L.copyAll} onClick={() => void copy(JSON.stringify(rows, null, 2), L.jsonCopied)}><Icon name="copy" size={16} /></button>
      </div>
      <p class="lab-count" role="status">{L.shown(shown.length, log.entries.length)}{log.paused && ` · ${L.waiting(log.waiting.length)}`}</p>
      <ul class="log-rows" ref={list} role="listbox" aria-label={L.payloads} tabIndex={0} aria-activedescendant={entry && `log-${entry.n}`} onKeyDown={key}>
        {shown.map((one) => <Row key={one.n} entry={one} name={names.get(one.name) ?? nameOf(one)} chosen={one.n === chosen} pick={() => setChosen(one.n === chosen ? null : one.n)} />)}
        {!shown.length && <li class="picklist-none" role="presentation">{log.entries.length ? L.noneMatch : L.nothingYet}</li>}
      </ul>
      {entry && <Detail entry={entry} close={() => setChosen(null)} />}
    </div>
  );
}

export function Inspector({ state }: { state: State }) {
  const [tab, setTab] = useState<"payloads" | "laboratory">("payloads");
  const tabs = [["payloads", L.inspector], ["laboratory", L.laboratory]] as const;
  return (
    <aside class="lab" aria-label={L.inspector}>
      <header class="lab-head">
        <div class="tabs" role="tablist">
          {tabs.map(([one, label]) => <button type="button" role="tab" key={one} aria-selected={tab === one} onClick={() => setTab(one)}>{label}</button>)}
        </div>
        <button type="button" class="ghost" aria-label={L.closeInspector} title={L.closeInspector} onClick={() => setLogging(false)}><Icon name="close" /></button>
      </header>
      {tab === "payloads" ? <Payloads /> : <Laboratory state={state} />}
    </aside>
  );
}
