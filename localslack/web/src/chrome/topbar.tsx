// The bar over everything: jump to a place, who one is, the theme.
import { useState } from "preact/hooks";
import type { State } from "../shapes";
import { T } from "../text";
import { Icon } from "./icons";
import { PersonSwitch } from "./people";

const KEY = "localslack.theme";

export function startTheme(): void {
  try {
    document.documentElement.dataset.theme = window.localStorage.getItem(KEY) === "dark" ? "dark" : "light";
  } catch {
    document.documentElement.dataset.theme = "light";
  }
}

export function ThemeButton() {
  const [dark, setDark] = useState(document.documentElement.dataset.theme === "dark");
  const label = dark ? T.lightTheme : T.darkTheme;
  const turn = () => {
    const theme = dark ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    try {
      window.localStorage.setItem(KEY, theme);
    } catch {
      // The choice then lasts until the page is closed.
    }
    setDark(!dark);
  };
  return (
    <button type="button" class="ghost ghost-light" onClick={turn} title={label} aria-label={label}>
      <Icon name={dark ? "sun" : "moon"} />
    </button>
  );
}

export function Topbar({ state, onMenu, onJump }: { state: State; onMenu: () => void; onJump: () => void }) {
  return (
    <header class="topbar">
      <button type="button" class="ghost ghost-light only-phone" onClick={onMenu} aria-label={T.openMenu}><Icon name="menu" size={20} /></button>
      <button type="button" class="jump" onClick={onJump} aria-keyshortcuts="Control+K">
        <Icon name="search" size={15} />
        <span>{T.jump}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <div class="topbar-end">
        {state.me && <PersonSwitch me={state.me} people={state.users} />}
        <ThemeButton />
      </div>
    </header>
  );
}
