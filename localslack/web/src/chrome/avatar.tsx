// A person's initials on their colour; the app has its own mark.
import { shown } from "../names";
import type { User } from "../shapes";

const COLOURS = 8;

function colourOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return sum % COLOURS;
}

function initials(name: string): string {
  const parts = name.replace(/[^\p{L}\p{N}\s]/gu, "").split(/\s+/).filter(Boolean);
  return [parts[0], parts[1]].map((part) => part?.[0] ?? "").join("").toUpperCase() || "?";
}

export function Avatar({ user, id, size = 36 }: { user: User | undefined; id?: string; size?: number }) {
  const style = { width: `${size}px`, height: `${size}px`, fontSize: `${Math.round(size * 0.4)}px` };
  if (user?.is_bot) {
    return (
      <span class="avatar avatar-app" style={style} aria-hidden="true">
        <svg viewBox="0 0 36 36" width="74%" height="74%">
          <rect x="4" y="19" width="7" height="12" rx="2" />
          <rect x="14.5" y="12" width="7" height="19" rx="2" />
          <rect x="25" y="5" width="7" height="26" rx="2" />
        </svg>
      </span>
    );
  }
  return (
    <span class={`avatar tint-${colourOf(user?.id ?? id ?? "")}`} style={style} aria-hidden="true">
      {initials(shown(user))}
    </span>
  );
}
