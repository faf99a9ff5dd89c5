// "Are you sure": two buttons and a sentence.
import { T } from "../text";
import { Dialog } from "./dialog";

export function ConfirmDialog({ title, text, danger, yes, no }: { title: string; text: string; danger?: boolean; yes: () => void; no: () => void }) {
  return (
    <Dialog title={title} onClose={no} narrow footer={
      <>
        <button type="button" class="button" onClick={no}>{T.cancel}</button>
        <button type="button" class={`button ${danger ? "button-danger" : "button-primary"}`} onClick={yes}>{T.confirm}</button>
      </>
    }>
      <p>{text}</p>
    </Dialog>
  );
}
