// How events reach the app: over its sockets, or as signed HTTP requests.
import { useState } from "preact/hooks";
import { current, put } from "../room";
import { lab } from "../server";
import type { State } from "../shapes";
import { L } from "../text_lab";
import { Part, attempt } from "./part";

const EXAMPLE = `${window.location.protocol}//127.0.0.1:3000/slack/events`;

export function DeliveryPart({ state }: { state: State }) {
  const now = state.delivery ?? { mode: "socket" as const };
  const [mode, setMode] = useState(now.mode);
  const [url, setUrl] = useState(now.url ?? "");
  const [wrong, setWrong] = useState<string | null>(null);
  const apply = async (event: Event) => {
    event.preventDefault();
    if (mode === "http" && !URL.canParse(url.trim())) return setWrong(L.noUrl(EXAMPLE));
    setWrong(null);
    const said = await attempt(() => lab.delivery(mode === "http" ? url.trim() : null));
    const known = current().state;
    if (!said || !known) return;
    if (said.error) setWrong(said.error === "connection_failed" ? L.nobodyThere(url.trim()) : L.notVerified(said.error));
    put({ state: { ...known, delivery: said.request_url ? { mode: "http", url: said.request_url } : { mode: "socket" } } });
  };
  const modes = [["socket", L.socket], ["http", L.http]] as const;
  return (
    <Part title={L.delivery} hint={L.deliveryHint}>
      <form noValidate onSubmit={(event) => void apply(event)}>
        <div class="lab-row" role="radiogroup" aria-label={L.delivery}>
          {modes.map(([one, label]) => (
            <label key={one} class="lab-check"><input type="radio" name="delivery" checked={mode === one} onChange={() => { setMode(one); setWrong(null); }} /> {label}</label>
          ))}
        </div>
        {mode === "http" && (
          <label class="lab-label">{L.url} <input class="field field-small" type="url" placeholder={EXAMPLE} value={url} required onInput={(event) => setUrl(event.currentTarget.value)} /></label>
        )}
        <div class="lab-row">
          <button type="submit" class="button button-small">{L.apply}</button>
          <span class={wrong ? "problem-line" : "hint"} role="status">{wrong ?? (now.mode === "http" ? L.verified : L.bySocket)}</span>
        </div>
      </form>
    </Part>
  );
}
