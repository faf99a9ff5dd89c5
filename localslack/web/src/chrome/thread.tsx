// The right side: one thread, root first, with its own composer.
import type { Channel, Message, State } from "../shapes";
import { openThread } from "../room";
import { T } from "../text";
import { Composer, hasDraft } from "./composer";
import { Icon } from "./icons";
import { Messages } from "./messages";
import { StatusLine, statusesOf, titleOf } from "./status";

interface Props {
  state: State;
  channel: Channel;
  thread: string;
  messages: Message[] | undefined;
  sought: string | null;
}

export function ThreadPane({ state, channel, thread, messages, sought }: Props) {
  const line = (messages ?? []).filter((one) => one.ts === thread || one.thread_ts === thread);
  const replies = line.filter((one) => one.ts !== thread).length;
  const close = () => openThread(null);
  return (
    <aside class="thread" aria-label={T.thread} onKeyDown={(event) => event.key === "Escape" && !event.defaultPrevented && close()}>
      <header class="head">
        <div class="head-row">
          <h2>{T.thread} <small class="cut">{titleOf(state, channel.id, thread) ?? (channel.is_im ? "" : `#${channel.name}`)}</small></h2>
          <button type="button" class="ghost" onClick={close} aria-label={T.closeThread} title={T.closeThread}><Icon name="close" /></button>
        </div>
      </header>
      <Messages key={thread} id={thread} messages={line} mode="thread" label={T.thread}
        head={messages && !line.length && <p class="gone">{T.deletedThread}</p>}
        afterFirst={replies > 0 && <div class="count-line" role="separator"><span>{T.replies(replies)}</span></div>}
        sought={sought} />
      <div class="pane-foot">
        {statusesOf(state, channel.id, thread, line).map((one) => <StatusLine key={`${one.thread_ts}${one.status}`} state={state} status={one} />)}
        <Composer state={state} channel={channel} thread={thread} place="thread" placeholder={T.reply} focus={!hasDraft(state, channel)} />
      </div>
    </aside>
  );
}
