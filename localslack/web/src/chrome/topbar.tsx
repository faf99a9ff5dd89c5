// The bar over everything: jump to a place, the moved clock, the inspector, who one is, the theme.
import type { Faults, State } from "../shapes";
import { L } from "../text_lab";
import { T } from "../text";
import { now, stamp } from "../when";
import { Icon } from "./icons";
import { PersonSwitch } from "./people";
import { ThemeButton } from "./theme";

/** Whether any fault is switched on. */
export const anyFault = (faults: Faults | undefined) =>
  !!faults && Object.entries(faults).some(([name, value]) => name !== "rate_tiers" && (Array.isArray(value) ? value.length > 0 : !!value));

function MovedClock({ state, onOpen }: { state: State; onOpen: () => void }) {
  if (!state.clock || Math.abs(state.clock.offset) < 1) return null;
  return (
    <button type="button" class="moved-clock" onClick={onOpen} title={L.clockMoved}>
      <Icon name="clock" size={15} /> <span>{stamp(now())}</span>
    </button>
  );
}

export function Topbar({ state, onMenu, onJump, inspector, onInspector, onSwitch, switching }: {
  state: State;
  onMenu: () => void;
  onJump: () => void;
  inspector: boolean;
  onInspector: () => void;
  onSwitch: (open: boolean) => void;
  switching: boolean;
}) {
  const faulty = anyFault(state.faults);
  const waiting = [...state.channels, ...state.dms].some((channel) => channel.mentions || (channel.is_im && channel.unread));
  return (
    <header class="topbar">
      <button type="button" class="ghost ghost-light only-phone menu-button" onClick={onMenu} aria-label={T.openMenu}>
        <Icon name="menu" size={20} />
        {waiting && <i class="fault-mark waiting-mark" title={T.somethingWaits} />}
      </button>
      <button type="button" class="jump" onClick={onJump} aria-label={T.jump} aria-keyshortcuts="Control+K">
        <Icon name="search" size={15} />
        <span>{T.jump}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <div class="topbar-end">
        <MovedClock state={state} onOpen={() => !inspector && onInspector()} />
        {state.me && <PersonSwitch me={state.me} people={state.users} open={switching} setOpen={onSwitch} />}
        <button type="button" class={inspector ? "ghost ghost-light on" : "ghost ghost-light"} onClick={onInspector} aria-pressed={inspector}
          title={`${L.inspector} (Alt+I)`} aria-label={L.inspector} aria-keyshortcuts="Alt+I">
          <Icon name="pulse" />
          {faulty && <i class="fault-mark" title={L.faultsOn} />}
        </button>
        <ThemeButton />
      </div>
    </header>
  );
}
