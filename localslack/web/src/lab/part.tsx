// One titled part of the laboratory, and how its buttons say that the server would not.
import type { ComponentChildren } from "preact";
import { sayRefusal, toast } from "../room";

/** Does it, and says when the server would not. */
export async function attempt<Said>(run: () => Promise<Said>): Promise<Said | null> {
  try {
    return await run();
  } catch (error) {
    toast(sayRefusal(error));
    return null;
  }
}

export function Part({ title, hint, children }: { title: string; hint: string; children: ComponentChildren }) {
  return (
    <section class="lab-part" aria-label={title}>
      <h3>{title}</h3>
      <p class="hint">{hint}</p>
      {children}
    </section>
  );
}
