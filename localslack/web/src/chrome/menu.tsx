// A menu walked with the arrows, Home, End and first letters. Knows nothing of what its items do.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icons";
import { Popover } from "./popover";

export interface MenuItem {
  key: string;
  icon?: IconName;
  label: string;
  note?: string;
  /** The key that does the same on a chosen message. */
  hint?: string;
  /** Written over the item, and a line drawn, where it differs from the one before. */
  group?: string;
  picked?: boolean;
  pick: () => void;
}

const ITEMS = "[role=menuitem], [role=menuitemradio]";

/** Moves the focus among the items under `root`; true where the key was one of those that move. */
export function walk(event: KeyboardEvent, root: HTMLElement): boolean {
  const items = [...root.querySelectorAll<HTMLElement>(ITEMS)];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const letter = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey ? event.key.toLowerCase() : "";
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  const moves: Record<string, HTMLElement | undefined> = {
    ArrowDown: items[(at + 1) % items.length],
    ArrowUp: items[(Math.max(at, 0) - 1 + items.length) % items.length],
    Home: items[0],
    End: items.at(-1),
  };
  const next = letter.trim() ? after.find((item) => item.innerText.trim().toLowerCase().startsWith(letter)) : moves[event.key];
  if (!next) return false;
  event.preventDefault();
  next.focus();
  return true;
}

export function Menu({ label, items, anchor, onClose, empty }: {
  label: string;
  items: MenuItem[];
  anchor: HTMLElement | null;
  onClose: () => void;
  empty?: string;
}) {
  const list = useRef<HTMLDivElement>(null);
  return (
    <Popover anchor={anchor} onClose={onClose} class="menu-box" label={label}>
      <div ref={list} onKeyDown={(event) => list.current && walk(event, list.current) && event.stopPropagation()}>
        {items.map((item, i) => {
          const titled = item.group !== items[i - 1]?.group;
          const radio = item.picked !== undefined;
          return (
            <div key={item.key} role="none">
              {titled && i > 0 && <hr class="menu-rule" />}
              {titled && item.group && <div class="menu-group" role="presentation">{item.group}</div>}
              <button type="button" class="menu-item" role={radio ? "menuitemradio" : "menuitem"} aria-checked={radio ? item.picked : undefined}
                onClick={() => { onClose(); item.pick(); }}>
                {item.icon && <Icon name={item.icon} />}
                <span class="menu-words">{item.label}{item.note && <small>{item.note}</small>}</span>
                {item.hint && <kbd>{item.hint}</kbd>}
                {item.picked && <Icon name="tick" size={16} />}
              </button>
            </div>
          );
        })}
        {!items.length && <p class="menu-empty">{empty}</p>}
      </div>
    </Popover>
  );
}

/** A button and the menu it opens. */
export function MenuButton({ label, items, children, class: name = "ghost ghost-small", empty, shut }: {
  label: string;
  items: () => MenuItem[];
  children: ComponentChildren;
  class?: string;
  empty?: string;
  shut?: boolean;
}) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" ref={button} class={name} title={label} aria-label={label} aria-haspopup="menu" aria-expanded={open} disabled={shut}
        onClick={() => setOpen(!open)}>
        {children}
      </button>
      {open && <Menu label={label} items={items()} anchor={button.current} onClose={() => setOpen(false)} empty={empty} />}
    </>
  );
}
