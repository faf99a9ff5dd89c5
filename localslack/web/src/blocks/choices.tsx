// What is filled in or chosen: text, selects, dates, boxes. The same controls serve messages and forms.
import { useEffect, useId, useState } from "preact/hooks";
import { shown, useNames } from "../names";
import { current } from "../room";
import { TextLine, words } from "../rich";
import type { Element, Loose, Option, OptionGroup } from "../shapes";
import { T } from "../text";
import { Problem } from "./elements";
import { External, MultiExternal } from "./external";
import { useField } from "./field";
import { FileInput } from "./file_input";
import { Unknown } from "./unknown";

export interface ChoiceProps {
  element: Element;
  block_id: string | undefined;
  /** Whether the app hears of each change. */
  send: boolean;
  labelled?: string;
  id?: string;
  invalid?: boolean;
  describedBy?: string;
  required?: boolean;
}

export interface Held extends ChoiceProps {
  value: Loose;
  choose: (value: Loose) => void;
}

/** What every control says of itself: its name, whether it is wrong, what describes it. */
export const attributes = ({ id, labelled, invalid, describedBy, required, element }: Held) => ({
  id,
  "aria-label": id ? undefined : labelled || words(element.placeholder) || undefined,
  "aria-invalid": invalid || undefined,
  "aria-describedby": describedBy,
  "aria-required": required || undefined,
  "data-action": element.action_id,
});

const KEYBOARDS: Record<string, "decimal" | "email" | "url"> = { number_input: "decimal", email_text_input: "email", url_text_input: "url" };
const WHEN: Record<string, "date" | "time" | "datetime-local"> = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };

function TextInput(held: Held) {
  const { element, value, choose, send } = held;
  const [typed, setTyped] = useState<string>(String(value ?? ""));
  useEffect(() => setTyped(String(value ?? "")), [value]);
  const common = {
    ...attributes(held),
    class: "field",
    value: typed,
    placeholder: words(element.placeholder),
    maxLength: element.max_length,
    onInput: (event: Event) => {
      const next = (event.currentTarget as HTMLInputElement).value;
      setTyped(next);
      if (!send) choose(next);
    },
    onBlur: () => send && typed !== value && choose(typed),
  };
  if (element.type === "plain_text_input" && element.multiline) return <textarea {...common} rows={4} />;
  return <input {...common} type="text" inputMode={KEYBOARDS[element.type]} autoComplete="off" />;
}

const pad = (n: number) => String(n).padStart(2, "0");
function localMoment(seconds: Loose): string {
  if (!seconds) return "";
  const at = new Date(Number(seconds) * 1000);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

function When(held: Held) {
  const { element, value, choose } = held;
  const moment = element.type === "datetimepicker";
  const read = (typed: string) => (moment && typed ? Math.floor(new Date(typed).getTime() / 1000) : typed);
  return (
    <input {...attributes(held)} class="field field-when" type={WHEN[element.type] ?? "date"} value={moment ? localMoment(value) : value}
      onChange={(event) => choose(read(event.currentTarget.value))} />
  );
}

const optionsOf = (element: Element): Option[] => [
  ...(element.options ?? []),
  ...((element.option_groups ?? []) as OptionGroup[]).flatMap((group) => group.options),
];

/** People and channels as options, for the selects that offer them. */
function peopleOptions(kind: string): Option[] {
  const state = current().state;
  if (!state) return [];
  const option = (text: string, value: string): Option => ({ text: { type: "plain_text", text, emoji: false }, value });
  if (kind.includes("users")) return state.users.map((user) => option(shown(user), user.id));
  return state.channels.map((channel) => option(`#${channel.name}`, channel.id));
}

function Select(held: Held) {
  const { element, value, choose } = held;
  const people = /users|conversations|channels/.test(element.type);
  const draw = (option: Option) => <option key={option.value} value={option.value}>{words(option.text)}</option>;
  const groups: OptionGroup[] = element.option_groups ?? [];
  return (
    <select {...attributes(held)} class="field field-select" value={value} onChange={(event) => choose(event.currentTarget.value)}>
      <option value="" disabled={!!value}>{words(element.placeholder) || T.pickOption}</option>
      {groups.map((group, i) => <optgroup key={i} label={words(group.label)}>{group.options.map(draw)}</optgroup>)}
      {(people ? peopleOptions(element.type) : (element.options ?? [])).map(draw)}
    </select>
  );
}

function Boxes(held: Held & { many: boolean; options: Option[]; boxed?: boolean }) {
  const { element, value, choose, many, options, boxed } = held;
  const name = useId();
  const chosen: string[] = many ? (value ?? []) : [value];
  const toggle = (option: string, on: boolean) =>
    choose(many ? (on ? [...chosen, option] : chosen.filter((one) => one !== option)) : option);
  return (
    <div {...attributes(held)} class={boxed ? "boxes boxes-scroll" : "boxes"} role={many ? "group" : "radiogroup"}>
      {options.map((option) => (
        <label key={option.value}>
          <input type={many ? "checkbox" : "radio"} name={name} value={option.value} checked={chosen.includes(option.value)}
            data-action={element.action_id} onChange={(event) => toggle(option.value, event.currentTarget.checked)} />
          <span>
            <TextLine text={option.text} />
            {option.description && <small><TextLine text={option.description} /></small>}
          </span>
        </label>
      ))}
    </div>
  );
}

function Control(held: Held) {
  const { element } = held;
  switch (element.type) {
    case "plain_text_input":
    case "number_input":
    case "email_text_input":
    case "url_text_input":
    case "rich_text_input":
      return <TextInput {...held} />;
    case "datepicker":
    case "timepicker":
    case "datetimepicker":
      return <When {...held} />;
    case "static_select":
    case "users_select":
    case "channels_select":
    case "conversations_select":
      return <Select {...held} />;
    case "external_select":
      return <External {...held} />;
    case "multi_external_select":
      return <MultiExternal {...held} />;
    case "file_input":
      return <FileInput {...held} />;
    case "checkboxes":
      return <Boxes {...held} many options={optionsOf(element)} />;
    case "radio_buttons":
      return <Boxes {...held} many={false} options={optionsOf(element)} />;
    case "multi_static_select":
      return <Boxes {...held} many boxed options={optionsOf(element)} />;
    case "multi_users_select":
    case "multi_channels_select":
    case "multi_conversations_select":
      return <Boxes {...held} many boxed options={peopleOptions(element.type)} />;
    default:
      return <Unknown type={element.type} />;
  }
}

export function Choice(props: ChoiceProps) {
  useNames();
  const { value, choose, problem } = useField(props.element, props.block_id, props.send);
  return (
    <span class="pressable">
      <Control {...props} value={value} choose={(next) => void choose(next)} />
      <Problem text={problem} />
    </span>
  );
}
