// Light, dark, or as the machine says: kept in the browser.
import { useState } from "preact/hooks";
import { T } from "../text";
import { Icon, type IconName } from "./icons";

type Theme = "auto" | "light" | "dark";

const KEY = "localslack.theme";
const NEXT: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };
const ICONS: Record<Theme, IconName> = { auto: "auto", light: "sun", dark: "moon" };
const machine = window.matchMedia("(prefers-color-scheme: dark)");

function chosen(): Theme {
  try {
    const kept = window.localStorage.getItem(KEY);
    return kept === "dark" || kept === "light" ? kept : "auto";
  } catch {
    return "auto";
  }
}

let theme: Theme = "auto";

function show(): void {
  const dark = theme === "dark" || (theme === "auto" && machine.matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

export function startTheme(): void {
  theme = chosen();
  show();
  machine.addEventListener("change", show);
}

export function ThemeButton() {
  const [now, setNow] = useState<Theme>(theme);
  const label = `${T.themes[now]}. ${T.changeTheme[NEXT[now]]}`;
  const turn = () => {
    theme = NEXT[now];
    show();
    setNow(theme);
    try {
      window.localStorage.setItem(KEY, theme);
    } catch {
      // The choice then lasts until the page is closed.
    }
  };
  return (
    <button type="button" class="ghost ghost-light" onClick={turn} title={label} aria-label={label}>
      <Icon name={ICONS[now]} />
    </button>
  );
}
