// Buttons and the like: what is pressed rather than filled in. Knows the setting it stands in, not the server.
import { useState } from "preact/hooks";
import { Dialog } from "../chrome/dialog";
import { Icon } from "../chrome/icons";
import { MenuButton, type MenuItem } from "../chrome/menu";
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

/** A small triangle, as Slack puts beside what failed; the sentence comes with the pointer, the focus or the ear. */
export function Problem({ text }: { text: string | null }) {
  if (!text) return null;
  return (
    <span class="problem" role="alert" tabIndex={0}>
      <Icon name="warning" /> <span class="problem-words">{text}</span>
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

function Overflow({ element, block_id }: Props) {
  const { press, busy, problem, dialog } = usePress(element, block_id);
  const pick = (option: Option) => {
    const href = option.url ? safeHref(option.url) : null;
    if (href) window.open(href, "_blank", "noopener,noreferrer");
    press(option.value);
  };
  const items = (): MenuItem[] => (element.options ?? []).map((option: Option) => ({
    key: option.value, label: words(option.text), note: words(option.description) || undefined, pick: () => pick(option),
  }));
  return (
    <span class="pressable" data-action={element.action_id}>
      <MenuButton label={T.moreActions} items={items} class="button button-icon" shut={busy}><Icon name="more" /></MenuButton>
      <Problem text={problem} />
      {dialog}
    </span>
  );
}

/** Which thumb was pressed, by person and message: the wire does not say it back. */
const pressed = new Map<string, string>();

function Feedback({ element, block_id }: Props) {
  const { host } = useSetting();
  const me = useNames().me;
  const key = JSON.stringify([me, host, block_id, element.action_id]);
  const { press, busy, problem } = usePress(element, block_id);
  const [given, setGiven] = useState(pressed.get(key) ?? null);
  const sides = [["positive_button", "thumbUp"], ["negative_button", "thumbDown"]] as const;
  const choose = (side: string, value: Loose) => {
    pressed.set(key, side);
    setGiven(side);
    press(value);
  };
  return (
    <span class="pressable feedback">
      {sides.map(([side, icon]) => {
        const button = element[side];
        if (!button) return null;
        const label = button.accessibility_label ?? words(button.text);
        return (
          <button type="button" key={side} class="button button-icon" disabled={busy} aria-pressed={given === side} title={label} aria-label={label}
            onClick={() => choose(side, button.value)}>
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
