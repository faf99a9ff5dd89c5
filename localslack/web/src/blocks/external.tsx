// Selects whose options the app itself looks up as one types: one choice, or several kept as chips.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { searchOptions } from "../acts";
import { Icon } from "../chrome/icons";
import { words } from "../rich";
import type { Element, Option } from "../shapes";
import { T } from "../text";
import { type Held, attributes } from "./choices";
import { useSetting } from "./field";

const PAUSE_MS = 200;

/** The app's options for the typed words; null while they are looked up. */
function useFound(element: Element, block_id: string | undefined, typed: string | null) {
  const { host } = useSetting();
  const [found, setFound] = useState<Option[] | null>(null);
  const [broken, setBroken] = useState(false);
  const short = typed !== null && typed.length < (element.min_query_length ?? 3);
  useEffect(() => {
    if (typed === null || !host || short) return undefined;
    let stale = false;
    setFound(null);
    setBroken(false);
    const timer = window.setTimeout(async () => {
      const options = await searchOptions(host, element.action_id ?? "", block_id, typed).catch(() => null);
      if (stale) return;
      setBroken(options === null);
      setFound(options ?? []);
    }, PAUSE_MS);
    return () => {
      stale = true;
      window.clearTimeout(timer);
    };
  }, [typed]);
  return { found, short, broken };
}

const bare = ({ group: _group, ...option }: Option): Option => option;

/** The box one types in and the list under it; it holds no choice itself. */
function Search({ held, label, taken, pick, placeholder }: {
  held: Held;
  label: string;
  taken: (option: Option) => boolean;
  pick: (option: Option) => void;
  placeholder: string;
}) {
  const { element, block_id } = held;
  // What was typed outlives the list: leaving the box or submitting the form erases nothing.
  const [typed, setTyped] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const { found, short, broken } = useFound(element, block_id, open ? (typed ?? "") : null);
  const list = useId();
  const shown = useRef<HTMLUListElement>(null);
  // Inside a form the list may open below the edge.
  useEffect(() => shown.current?.scrollIntoView({ block: "nearest" }), [open, found]);
  useEffect(() => shown.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at]);
  const shut = () => {
    setTyped(null);
    setOpen(false);
  };
  const take = (option: Option) => {
    pick(bare(option));
    shut();
  };
  const key = (event: KeyboardEvent) => {
    if (!open && event.key === "ArrowDown") return setOpen(true);
    if (!open) return;
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const option = found?.[at];
    if (by && found?.length) setAt((at + by + found.length) % found.length);
    else if (event.key === "Enter") option && !short && take(option);
    else if (event.key === "Escape") shut();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const note = short ? T.typeMore(element.min_query_length ?? 3) : broken ? T.optionsFailed : found === null ? T.searching : found.length ? null : T.noOptions;
  return (
    <div class="combo">
      <input {...attributes(held)} class="field" type="text" role="combobox" autoComplete="off" aria-expanded={open} data-unchosen={typed ? true : undefined} aria-controls={list}
        aria-activedescendant={found?.length && !short ? `${list}-${at}` : undefined} value={typed ?? label} placeholder={placeholder}
        onFocus={(event) => event.currentTarget.select()} onClick={() => setOpen(true)} onKeyDown={key}
        onBlur={() => { setOpen(false); setTyped(typed || null); }}
        onInput={(event) => { setTyped(event.currentTarget.value); setAt(0); setOpen(true); }} />
      {open && (
        <ul class="combo-list" role="listbox" id={list} ref={shown}>
          {note && <li class={broken ? "combo-note combo-broken" : "combo-note"} role="presentation">{note}</li>}
          {!short && found?.map((option, i) => (
            <>
              {option.group && option.group !== found[i - 1]?.group && <li class="menu-group" role="presentation">{option.group}</li>}
              <li key={option.value} id={`${list}-${i}`} role="option" aria-selected={i === at} onPointerMove={() => i !== at && setAt(i)}
                onPointerDown={(event) => { event.preventDefault(); take(option); }}>
                <span>{words(option.text)}{taken(option) && <Icon name="tick" size={15} />}</span>
                {option.description && <small>{words(option.description)}</small>}
              </li>
            </>
          ))}
        </ul>
      )}
    </div>
  );
}

export function External(held: Held) {
  const { element, value, choose } = held;
  const chosen = value as Option | null;
  return (
    <Search held={held} label={words(chosen?.text)} taken={(option) => option.value === chosen?.value} pick={choose}
      placeholder={words(element.placeholder) || T.typeToSearch} />
  );
}

export function MultiExternal(held: Held) {
  const { element, value, choose } = held;
  const chosen = (value ?? []) as Option[];
  const most = Number(element.max_selected_items ?? 100);
  const without = (option: Option) => chosen.filter((one) => one.value !== option.value);
  const has = (option: Option) => chosen.some((one) => one.value === option.value);
  const pick = (option: Option) => choose(has(option) ? without(option) : [...chosen, option].slice(0, most));
  return (
    <div class="picked">
      {chosen.length > 0 && (
        <ul class="picked-list" aria-label={T.chosen}>
          {chosen.map((option) => (
            <li key={option.value} class="picked-chip">
              {words(option.text)}
              <button type="button" aria-label={T.removeChoice(words(option.text))} onClick={() => choose(without(option))}><Icon name="close" size={14} /></button>
            </li>
          ))}
        </ul>
      )}
      <Search held={held} label="" taken={has} pick={pick} placeholder={words(element.placeholder) || T.typeToSearch} />
    </div>
  );
}
