// The set of emoji one reacts with: found by name, walked with the arrows.
import { useState } from "preact/hooks";
import { NAMES, QUICK, emoji } from "../emoji";
import { T } from "../text";
import { Icon } from "./icons";
import { Popover } from "./popover";

const ACROSS = 8;
// Each drawing once, by its first name; "100" is a number, and numbers would come first.
const ALL = [...new Map(Object.entries(NAMES).filter(([name]) => name !== "100").reverse().map(([name, drawn]) => [drawn, name])).values()].reverse();

function found(typed: string): string[] {
  const word = typed.trim().toLowerCase().replace(/\s+/g, "_").replace(/:/g, "");
  return word ? Object.keys(NAMES).filter((name) => name.includes(word)) : [...new Set([...QUICK, ...ALL])];
}

export function EmojiPicker({ anchor, onClose, pick }: { anchor: HTMLElement | null; onClose: () => void; pick: (name: string) => void }) {
  const [typed, setTyped] = useState("");
  const names = found(typed);
  const step = (event: KeyboardEvent) => {
    const cells = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(".emoji-cell")];
    const at = cells.indexOf(document.activeElement as HTMLElement);
    const by: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: at < 0 ? 1 : ACROSS, ArrowUp: -ACROSS };
    const move = by[event.key];
    if (event.key === "Enter" && at < 0 && names[0]) pick(names[0]);
    else if (move && (at >= 0 || event.key === "ArrowDown")) {
      if (at + move < 0) (event.currentTarget as HTMLElement).querySelector("input")?.focus();
      else cells[Math.min(at + move, cells.length - 1)]?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <Popover anchor={anchor} onClose={onClose} class="emoji-box" label={T.addReaction} role="dialog">
      <div onKeyDown={step}>
        <div class="search">
          <Icon name="search" size={16} />
          <input type="text" class="search-input" placeholder={T.searchEmoji} aria-label={T.searchEmoji} autoComplete="off" value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)} />
        </div>
        <div class="emoji-cells">
          {names.map((name) => (
            <button type="button" key={name} class="emoji-cell" title={`:${name}:`} aria-label={name} onClick={() => pick(name)}>
              <span class="emoji">{emoji(name)}</span>
            </button>
          ))}
          {!names.length && <p class="menu-empty">{T.nothingFound(typed)}</p>}
        </div>
      </div>
    </Popover>
  );
}
