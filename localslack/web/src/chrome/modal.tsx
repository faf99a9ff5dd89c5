// The app's modal: what is entered stays until it is submitted or closed; an error stands under its own input.
import { useEffect, useRef, useState } from "preact/hooks";
import { click, closeView, submit } from "../acts";
import { BlockList } from "../blocks/block";
import { SettingContext, startValues } from "../blocks/field";
import { TextLine, words } from "../rich";
import type { Block, Loose, StateValues, View } from "../shapes";
import { T } from "../text";
import { Dialog } from "./dialog";
import { Icon } from "./icons";

const isEmpty = (value: Loose) => value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length);

/** Slack does not let a form go while something that must be filled in is empty. */
function missing(blocks: Block[], values: StateValues): Record<string, string> {
  const wrong = blocks.filter((block) => {
    if (block.type !== "input" || block.optional) return false;
    const held = values[block.block_id ?? ""]?.[block.element?.action_id ?? ""];
    return isEmpty(typeof held === "string" ? held.trim() : held);
  });
  return Object.fromEntries(wrong.map((block) => [block.block_id ?? "", T.required]));
}

/** Words typed into a lookup and never chosen would go as nothing: the form says so rather than drop them. */
function unchosen(form: HTMLFormElement | null): Record<string, string> {
  const boxes = [...(form?.querySelectorAll("[data-unchosen]") ?? [])];
  return Object.fromEntries(boxes.map((box) => [box.closest<HTMLElement>(".input")?.dataset.blockId ?? "", T.notChosen]));
}

function useForm(view: View) {
  const [values, setValues] = useState<StateValues>(() => startValues(view.blocks, view.state?.values, {}));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const held = useRef(values);
  held.current = values;
  useEffect(() => setValues(startValues(view.blocks, view.state?.values, held.current)), [view.hash]);
  const set = (block: string, action: string, value: Loose) => {
    setValues((now) => ({ ...now, [block]: { ...now[block], [action]: value } }));
    setErrors(({ [block]: _gone, ...rest }) => rest);
  };
  return { values, errors, setErrors, set };
}

/** `depth`: how many windows of the app lie on one another, this one on top. */
export function Modal({ view, depth }: { view: View; depth: number }) {
  const { values, errors, setErrors, set } = useForm(view);
  const [busy, setBusy] = useState(false);
  const body = useRef<HTMLFormElement>(null);
  const host = { view_id: view.id };
  const act = (element: { action_id?: string }, block_id: string | undefined, value?: unknown) => click(host, element.action_id ?? "", block_id, value);

  const go = async (event: Event) => {
    event.preventDefault();
    if (busy || !view.submit) return;
    let wrong = { ...missing(view.blocks, values), ...unchosen(body.current) };
    if (!Object.keys(wrong).length) {
      setBusy(true);
      wrong = await submit(view.id, values);
      setBusy(false);
    }
    setErrors(wrong);
    if (Object.keys(wrong).length) {
      window.requestAnimationFrame(() => body.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
    }
  };

  const footer = (
    <>
      <button type="button" class="button" onClick={() => void closeView(view.id)}><TextLine text={view.close ?? (view.submit ? T.cancel : T.close)} /></button>
      {view.submit && (
        <button type="submit" form={`form-${view.id}`} class="button button-primary" disabled={busy} aria-busy={busy}>
          {busy ? <><span class="spinner" aria-hidden="true" /> {T.sending}</> : <TextLine text={view.submit} />}
        </button>
      )}
    </>
  );
  return (
    <Dialog title={words(view.title)} footer={footer} keep onClose={() => void closeView(view.id, depth > 1)} onEscape={() => void closeView(view.id)}
      onBack={depth > 1 ? () => void closeView(view.id) : undefined}>
      <SettingContext.Provider value={{ host, form: { values, set, errors }, act }}>
        <form id={`form-${view.id}`} ref={body} noValidate onSubmit={(event) => void go(event)}>
          {errors[""] && <p class="form-error" role="alert"><Icon name="warning" /> {errors[""]}</p>}
          <BlockList blocks={view.blocks} />
        </form>
      </SettingContext.Provider>
    </Dialog>
  );
}
