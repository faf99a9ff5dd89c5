// A list one searches by typing and walks with the arrows: people, channels, whatever has a name.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon } from "./icons";

export interface Row {
  key: string;
  group?: string;
  draw: ComponentChildren;
  pick: () => void;
}

interface Props {
  placeholder: string;
  find: (typed: string) => Row[];
  none: (typed: string) => string;
}

export function Picklist({ placeholder, find, none }: Props) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const rows = find(typed);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at, typed]);
  const key = (event: KeyboardEvent) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by && rows.length) setAt((at + by + rows.length) % rows.length);
    else if (event.key === "Enter") rows[at]?.pick();
    else return;
    event.preventDefault();
  };
  return (
    <div class="picklist">
      <div class="search">
        <Icon name="search" />
        <input type="text" class="search-input" placeholder={placeholder} aria-label={placeholder} value={typed} autoFocus autoComplete="off"
          role="combobox" aria-expanded="true" aria-controls={id} aria-activedescendant={rows[at] ? `${id}-${at}` : undefined}
          onKeyDown={key} onInput={(event) => { setTyped(event.currentTarget.value); setAt(0); }} />
      </div>
      <ul class="picklist-rows" role="listbox" id={id} ref={list} aria-label={placeholder}>
        {rows.map((row, i) => (
          <>
            {row.group && row.group !== rows[i - 1]?.group && <li class="picklist-group" role="presentation" key={`g${row.group}`}>{row.group}</li>}
            <li key={row.key} id={`${id}-${i}`} role="option" aria-selected={i === at} class="picklist-row" data-key={row.key}
              onPointerMove={() => i !== at && setAt(i)} onClick={row.pick}>
              {row.draw}
            </li>
          </>
        ))}
        {!rows.length && <li class="picklist-none" role="presentation">{none(typed)}</li>}
      </ul>
    </div>
  );
}
