// What may be asked: the app's own pinned prompts where it set them, examples of ours elsewhere.
import { ask } from "../acts";
import { botName } from "../names";
import { isAppDm } from "../room";
import type { Channel, State } from "../shapes";
import { T } from "../text";
import { Icon } from "./icons";

interface Example {
  title: string;
  /** What it will ask, where its title does not say it all. */
  note?: string;
  pick: () => void;
}

export interface Examples {
  title: string;
  pinned: boolean;
  items: Example[];
}

export function examplesFor(state: State, channel: Channel, seed: (text: string) => void): Examples | null {
  if (!isAppDm(channel)) {
    if (channel.is_im || !channel.is_member || !channel.members.includes(state.bot.user_id)) return null;
    const name = botName(state);
    return { title: T.askInChannel(name), pinned: false, items: T.examples.map((text) => ({ title: text, pick: () => seed(`@${name} ${text}`) })) };
  }
  const given = state.prompts[channel.id];
  if (!given?.prompts.length) return { title: T.askInDm, pinned: false, items: T.examples.map((text) => ({ title: text, pick: () => seed(text) })) };
  const pick = (message: string) => async () => {
    if (!(await ask(channel.id, message, given.thread_ts))) seed(message);
  };
  const items = given.prompts.map((one) => ({ title: one.title, note: one.message === one.title ? undefined : one.message, pick: pick(one.message) }));
  return { title: given.title || T.askInDm, pinned: true, items };
}

/** Cards, in a pane that is still empty. */
export function PromptCards({ examples }: { examples: Examples }) {
  return (
    <div class="examples">
      <p>{examples.title}</p>
      <div class="examples-items">
        {examples.items.map((one) => (
          <button type="button" key={one.title} class="example" onClick={() => void one.pick()}>
            <b>{one.title}</b>
            {one.note && <small>{one.note}</small>}
          </button>
        ))}
      </div>
    </div>
  );
}

/** One row over the composer, once something was said. */
export function PromptRow({ examples }: { examples: Examples }) {
  if (!examples.pinned) return null;
  return (
    <div class="prompt-row" role="group" aria-label={examples.title}>
      <Icon name="sparkle" size={16} />
      {examples.items.map((one) => <button type="button" key={one.title} class="prompt" title={one.note} onClick={() => void one.pick()}>{one.title}</button>)}
    </div>
  );
}
