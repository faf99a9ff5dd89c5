// Buttons and the like: what is pressed rather than filled in. Knows the setting it stands in, not the server.
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../chrome/icons";
import { Dialog } from "../chrome/dialog";
import { Picture } from "./picture";
import { Away, TextBlock, TextLine, words } from "../rich";
import { safeHref } from "../mrkdwn";
import { useNames } from "../names";
import type { Element, Loose, Option } from "../shapes";
import { T } from "../text";
import { Choice } from "./choices";
import { useSetting } from "./field";

interface Props {
  element: Element;
  block_id: string | undefined;
}

export function Problem({ text }: { text: string | null }) {
  if (!text) return null;
  return (
    <span class="problem" role="alert">
      <Icon name="warning" /> {text}
    </span>
  );
}

function Confirm({ confirm, yes, no }: { confirm: Loose; yes: () => void; no: () => void }) {
  return (
    <Dialog title={words(confirm.title) || T.confirm} onClose={no} narrow footer={
      <>
        <button type="button" class="button" onClick={no}><TextLine text={confirm.deny ?? T.cancel} /></button>
        <button type="button" class={`button ${confirm.style === "danger" ? "button-danger" : "button-primary"}`} onClick={yes}>
          <TextLine text={confirm.confirm ?? T.confirm} />
        </button>
      </>
    }>
      <TextBlock text={confirm.text} />
    </Dialog>
  );
}

/** Runs an element's action, after its own confirmation where it has one. */
function usePress(element: Element, block_id: string | undefined) {
  const { act } = useSetting();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [asking, setAsking] = useState<{ value?: Loose } | null>(null);
  const run = async (value?: Loose) => {
    setAsking(null);
    setBusy(true);
    setProblem(await act(element, block_id, value));
    setBusy(false);
  };
  const press = (value?: Loose) => (element.confirm ? setAsking({ value }) : void run(value));
  const dialog = asking && <Confirm confirm={element.confirm} yes={() => void run(asking.value)} no={() => setAsking(null)} />;
  return { press, busy, problem, dialog };
}

function Button({ element, block_id }: Props) {
  const { press, busy, problem, dialog } = usePress(element, block_id);
  const me = useNames().me;
  const href = element.url ? safeHref(String(element.url)) : null;
  const style = element.style === "primary" || element.style === "danger" ? `button-${element.style}` : "";
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(me)) return null;
  const go = () => {
    if (href) window.open(href, "_blank", "noopener,noreferrer");
    press();
  };
  return (
    <span class="pressable">
      <button type="button" class={`button ${style}`} disabled={busy} aria-busy={busy} aria-label={element.accessibility_label}
        data-action={element.action_id} onClick={go}>
        <span class={busy ? "button-words busy" : "button-words"}><TextLine text={element.text} /></span>
        {href && <Icon name="away" />}
      </button>
      <Problem text={problem} />
      {dialog}
    </span>
  );
}

/** Closes a pop-up on Escape or on a press elsewhere. */
function useDismiss(open: boolean, close: () => void) {
  const ref = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const away = (event: Event) => !ref.current?.contains(event.target as Node) && close();
    const key = (event: KeyboardEvent) => event.key === "Escape" && close();
    document.addEventListener("pointerdown", away);
    document.addEventListener("keydown", key);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("keydown", key);
    };
  }, [open]);
  return ref;
}

function Overflow({ element, block_id }: Props) {
  const { press, busy, problem, dialog } = usePress(element, block_id);
  const [open, setOpen] = useState(false);
  const ref = useDismiss(open, () => setOpen(false));
  const pick = (option: Option) => {
    const href = option.url ? safeHref(option.url) : null;
    if (href) window.open(href, "_blank", "noopener,noreferrer");
    setOpen(false);
    press(option.value);
  };
  const step = (event: KeyboardEvent) => {
    const items = [...(ref.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[(at + by + items.length) % items.length]?.focus();
  };
  return (
    <span class="pressable overflow" ref={ref} onKeyDown={step}>
      <button type="button" class="button button-icon" disabled={busy} aria-haspopup="menu" aria-expanded={open}
        aria-label={T.moreActions} data-action={element.action_id} onClick={() => setOpen(!open)}>
        <Icon name="more" />
      </button>
      {open && (
        <span class="menu" role="menu">
          {(element.options ?? []).map((option: Option) => (
            <button type="button" role="menuitem" key={option.value} onClick={() => pick(option)}>
              <TextLine text={option.text} />
              {option.description && <small><TextLine text={option.description} /></small>}
            </button>
          ))}
        </span>
      )}
      <Problem text={problem} />
      {dialog}
    </span>
  );
}

function Feedback({ element, block_id }: Props) {
  const { press, busy, problem } = usePress(element, block_id);
  const [given, setGiven] = useState<string | null>(null);
  const sides = [["positive_button", "thumbUp"], ["negative_button", "thumbDown"]] as const;
  return (
    <span class="pressable feedback">
      {sides.map(([side, icon]) => {
        const button = element[side];
        if (!button) return null;
        const label = button.accessibility_label ?? words(button.text);
        return (
          <button type="button" key={side} class="button button-icon" disabled={busy} aria-pressed={given === side} title={label} aria-label={label}
            onClick={() => { setGiven(side); press(button.value); }}>
            <Icon name={icon} />
          </button>
        );
      })}
      <Problem text={problem} />
    </span>
  );
}

function IconButton({ element, block_id }: Props) {
  const { press, busy, problem, dialog } = usePress(element, block_id);
  const label = element.accessibility_label ?? words(element.text);
  return (
    <span class="pressable">
      <button type="button" class="button button-icon" disabled={busy} title={label} aria-label={label} onClick={() => press(element.value)}>
        <Icon name={element.icon === "trash" ? "trash" : "more"} />
      </button>
      <Problem text={problem} />
      {dialog}
    </span>
  );
}

/** Any element of an actions block or a section's accessory. `labelled` names it for who cannot see. */
export function ElementView({ element, block_id, labelled }: Props & { labelled?: string }) {
  switch (element?.type) {
    case "button":
    case "workflow_button":
      return <Button element={element} block_id={block_id} />;
    case "overflow":
      return <Overflow element={element} block_id={block_id} />;
    case "feedback_buttons":
      return <Feedback element={element} block_id={block_id} />;
    case "icon_button":
      return <IconButton element={element} block_id={block_id} />;
    case "image":
      return <Picture src={element.image_url} alt={element.alt_text} small />;
    case "url":
    case "url_source":
      return safeHref(String(element.url)) ? <Away href={element.url}>{words(element.text)}</Away> : null;
    default:
      return <Choice element={element} block_id={block_id} send labelled={labelled} />;
  }
}
