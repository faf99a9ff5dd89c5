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
  wide?: boolean;
  /** Beside the X: what else can be done with the whole window. */
  actions?: ComponentChildren;
  /** Goes back to the window this one was pushed over. */
  onBack?: () => void;
  /** Escape leaves by this way rather than by the X. */
  onEscape?: () => void;
  /** A stray press outside must not lose what was typed in a form. */
  keep?: boolean;
}

export function Dialog({ title, onClose, children, footer, narrow, wide, actions, onBack, onEscape, keep }: Props) {
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
  const shape = ["dialog", narrow && "dialog-narrow", wide && "dialog-wide"].filter(Boolean).join(" ");
  return (
    <dialog class={shape} ref={ref} aria-labelledby={id} onPointerDown={press}
      onCancel={(event) => { event.preventDefault(); (onEscape ?? onClose)(); }}>
      <div class="dialog-inside">
        <header class="dialog-head">
          {onBack && <button type="button" class="ghost" aria-label={T.back} title={T.back} onClick={onBack}><Icon name="left" /></button>}
          <h2 id={id}>{title}</h2>
          {actions}
          <button type="button" class="ghost" aria-label={T.close} onClick={onClose}><Icon name="close" /></button>
        </header>
        <div class="dialog-body">{children}</div>
        {footer && <footer class="dialog-foot">{footer}</footer>}
      </div>
    </dialog>
  );
}
