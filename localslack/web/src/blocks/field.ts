// What an interactive element holds and whom it tells: a message sends each choice, a form keeps it until submitted.
import { createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import type { Block, Element, Host, Loose, Option, StateValues } from "../shapes";

export interface Form {
  values: StateValues;
  set(block: string, action: string, value: Loose): void;
  errors: Record<string, string>;
}

export interface Setting {
  host: Host | null;
  form: Form | null;
  state?: StateValues;
  /** Sends a click or a choice; answers why it failed, or null. */
  act(element: Element, block_id: string | undefined, value?: Loose): Promise<string | null>;
}

export const SettingContext = createContext<Setting>({ host: null, form: null, act: async () => null });
export const useSetting = () => useContext(SettingContext);

const optionValue = (option: Option | undefined) => option?.value ?? "";
const optionValues = (options: Option[] | undefined) => (options ?? []).map(optionValue);
const MANY = /^multi_|^checkboxes$/;

/** What an element starts with, by its own initial_* properties. An external select holds whole options: only the
 * app knows them. */
export function initial(element: Element): Loose {
  if (element.type === "multi_external_select") return element.initial_options ?? [];
  if (element.type === "external_select") return element.initial_option ?? null;
  if (element.type === "file_input") return [];
  if (MANY.test(element.type)) {
    return element.initial_options ? optionValues(element.initial_options) : (element.initial_users ?? element.initial_conversations ?? element.initial_channels ?? []);
  }
  if (element.initial_option) return optionValue(element.initial_option);
  return (
    element.initial_value ?? element.initial_date ?? element.initial_time ?? element.initial_date_time ??
    element.initial_user ?? element.initial_conversation ?? element.initial_channel ?? ""
  );
}

/** The plain value in one of Slack's state objects; undefined where there is none. */
export function fromState(entry: Loose): Loose {
  if (!entry || typeof entry !== "object") return undefined;
  if (/external_select$/.test(entry.type ?? "")) return entry.selected_options ?? entry.selected_option ?? undefined;
  if (entry.files) return entry.files;
  if (entry.selected_users ?? entry.selected_channels ?? entry.selected_conversations) {
    return entry.selected_users ?? entry.selected_channels ?? entry.selected_conversations;
  }
  if (entry.selected_options) return optionValues(entry.selected_options);
  if (entry.selected_option) return optionValue(entry.selected_option);
  const held = entry.value ?? entry.selected_date ?? entry.selected_time ?? entry.selected_date_time ?? entry.selected_user ?? entry.selected_conversation ?? entry.selected_channel;
  return held ?? undefined;
}

const elementsOf = (block: Block): Element[] => {
  if (block.type === "input") return block.element ? [block.element] : [];
  if (block.type === "actions") return block.elements ?? [];
  return block.type === "section" && block.accessory ? [block.accessory] : [];
};

const HOLDS = /select|picker|input|checkboxes|radio_buttons/;

/** The values a form starts with: what was entered before, else what the view's state or the elements say. */
export function startValues(blocks: Block[], state: StateValues | undefined, before: StateValues): StateValues {
  const out: StateValues = {};
  for (const block of blocks) {
    for (const element of elementsOf(block).filter((one) => HOLDS.test(one.type))) {
      const [b, a] = [block.block_id ?? "", element.action_id ?? ""];
      const kept = before[b]?.[a] ?? fromState(state?.[b]?.[a]) ?? initial(element);
      out[b] = { ...out[b], [a]: kept };
    }
  }
  return out;
}

/** An element's value and how to change it; `send` says whether the app hears of it at once. */
export function useField(element: Element, block_id: string | undefined, send: boolean) {
  const { form, state, act } = useSetting();
  const [b, a] = [block_id ?? "", element.action_id ?? ""];
  const [own, setOwn] = useState<Loose>(() => fromState(state?.[b]?.[a]) ?? initial(element));
  const [problem, setProblem] = useState<string | null>(null);
  const value = form ? (form.values[b]?.[a] ?? initial(element)) : own;
  const choose = async (next: Loose) => {
    if (form) form.set(b, a, next);
    else setOwn(next);
    if (send) setProblem(await act(element, block_id, next));
  };
  return { value, choose, problem };
}
