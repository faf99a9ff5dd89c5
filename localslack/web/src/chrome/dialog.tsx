// A modal window: the browser's own dialog, which keeps the focus inside and closes on Escape.
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { T } from "../text";
import { Icon } from "./icons";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  footer?: ComponentChildren;
  narrow?: boolean;
  /** A stray press outside must not lose what was typed in a form. */
  keep?: boolean;
}

export function Dialog({ title, onClose, children, footer, narrow, keep }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before anything is painted: whoever types on right after Ctrl+K types into the window.
  useLayoutEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement as HTMLElement | null;
    if (dialog && !dialog.open) dialog.showModal();
    dialog?.querySelector<HTMLElement>(".dialog-body :is(input, select, textarea)")?.focus();
    return () => {
      dialog?.close();
      before?.focus();
    };
  }, []);
  const press = (event: MouseEvent) => !keep && event.target === ref.current && onClose();
  return (
    <dialog class={narrow ? "dialog dialog-narrow" : "dialog"} ref={ref} aria-labelledby={id} onPointerDown={press}
      onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id={id}>{title}</h2>
          <button type="button" class="ghost" aria-label={T.close} onClick={onClose}><Icon name="close" /></button>
        </header>
        <div class="dialog-body">{children}</div>
        {footer && <footer class="dialog-foot">{footer}</footer>}
      </div>
    </dialog>
  );
}
