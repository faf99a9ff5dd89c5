// A small window beside the button that opened it: a menu, a set of emoji. It closes on Escape or a press elsewhere.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  anchor: HTMLElement | null;
  onClose: () => void;
  children: ComponentChildren;
  class?: string;
  label: string;
  role?: "menu" | "dialog";
}

const EDGE = 8;

/** Under the button if it fits there, else over it; never past the edge of the window. */
function settle(box: HTMLElement, anchor: HTMLElement | null): void {
  const at = anchor?.getBoundingClientRect();
  if (!at) return;
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = at.bottom + 4 + height <= window.innerHeight - EDGE || at.top < height + EDGE;
  const top = below ? at.bottom + 4 : at.top - height - 4;
  const left = at.left + width <= window.innerWidth - EDGE ? at.left : at.right - width;
  box.style.top = `${Math.max(EDGE, Math.min(top, window.innerHeight - height - EDGE))}px`;
  box.style.left = `${Math.max(EDGE, Math.min(left, window.innerWidth - width - EDGE))}px`;
}

export function Popover({ anchor, onClose, children, class: name = "", label, role = "menu" }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return undefined;
    settle(box, anchor);
    box.querySelector<HTMLElement>("input, [role=menuitem], [role=menuitemradio], button")?.focus({ preventScroll: true });
    return () => {
      if (box.contains(document.activeElement) || document.activeElement === document.body) anchor?.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    const away = (event: Event) => {
      const target = event.target as Node;
      if (!ref.current?.contains(target) && !anchor?.contains(target)) onClose();
    };
    const moved = () => ref.current && settle(ref.current, anchor);
    document.addEventListener("pointerdown", away);
    window.addEventListener("resize", moved);
    return () => {
      document.removeEventListener("pointerdown", away);
      window.removeEventListener("resize", moved);
    };
  }, [anchor]);
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    onClose();
  };
  return <div ref={ref} class={`popover ${name}`} role={role} aria-label={label} onKeyDown={key}>{children}</div>;
}
