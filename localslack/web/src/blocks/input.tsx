// A labelled input of a form, with its hint and the error the app gave it.
import { useId } from "preact/hooks";
import { TextLine, words } from "../rich";
import type { Block } from "../shapes";
import { T } from "../text";
import { Choice } from "./choices";
import { useSetting } from "./field";

const GROUPED = /^checkboxes$|^radio_buttons$|^multi_/;

export function Input({ block }: { block: Block }) {
  const { form } = useSetting();
  const id = useId();
  if (!block.element) return null;
  const error = form?.errors[block.block_id ?? ""];
  const grouped = GROUPED.test(block.element.type);
  const label = (
    <>
      <TextLine text={block.label} />
      {block.optional && <span class="optional"> {T.optional}</span>}
    </>
  );
  const described = [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div class={error ? "input input-wrong" : "input"} data-block-id={block.block_id}>
      {grouped ? <span class="label" id={`${id}-label`}>{label}</span> : <label class="label" for={id}>{label}</label>}
      <Choice element={block.element} block_id={block.block_id} send={block.dispatch_action === true} labelled={words(block.label)}
        id={grouped ? undefined : id} invalid={!!error} describedBy={described || undefined} required={!block.optional} />
      {error && <p class="input-error" id={`${id}-error`} role="alert">{error}</p>}
      {block.hint && <p class="hint" id={`${id}-hint`}><TextLine text={block.hint} /></p>}
    </div>
  );
}
