// The laboratory: what a trainer turns to see how the app takes it. Each part stands alone.
import { useState } from "preact/hooks";
import { ConfirmDialog } from "../chrome/confirm";
import { lab } from "../server";
import type { State } from "../shapes";
import { L } from "../text_lab";
import { ClockPart } from "./clock";
import { DeliveryPart } from "./delivery";
import { FaultsPart } from "./faults";
import { Part, attempt } from "./part";
import { PeoplePart } from "./people";

function EverythingPart() {
  const [asking, setAsking] = useState(false);
  const empty = () => {
    setAsking(false);
    void attempt(lab.reset);
  };
  return (
    <Part title={L.everything} hint={L.emptyHint}>
      <button type="button" class="button button-danger" onClick={() => setAsking(true)}>{L.emptyAll}</button>
      {asking && <ConfirmDialog title={L.emptyAll} text={L.emptySure} danger yes={empty} no={() => setAsking(false)} />}
    </Part>
  );
}

export function Laboratory({ state }: { state: State }) {
  return (
    <div class="lab-parts">
      <ClockPart state={state} />
      <FaultsPart state={state} />
      <DeliveryPart state={state} />
      <PeoplePart state={state} />
      <EverythingPart />
    </div>
  );
}
