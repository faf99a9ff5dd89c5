// "Hilos": the threads one takes part in or was named in, those answered last first.
import { useEffect, useState } from "preact/hooks";
import { shown, useNames } from "../names";
import { current, findChannel, isAppDm, seek } from "../room";
import { server } from "../server";
import type { Message, State } from "../shapes";
import { T } from "../text";
import { moment } from "../when";
import { Avatar } from "./avatar";
import { gist } from "./history";
import { Icon } from "./icons";

interface Thread {
  root: Message;
  replies: Message[];
}

function threadsOf(me: string, messages: Message[]): Thread[] {
  const byRoot = Map.groupBy(messages.filter((one) => one.thread_ts), (one) => one.thread_ts as string);
  const threads = [...byRoot.values()].map((all) => ({ root: all[0] as Message, replies: all.slice(1) }));
  const mine = threads.filter(({ root, replies }) => {
    const part = [root, ...replies].some((one) => one.user === me || one.text.includes(`<@${me}>`));
    return part && replies.length > 0 && root.ts === root.thread_ts && !isAppDm(findChannel(root.channel));
  });
  const last = (thread: Thread) => Number.parseFloat(thread.replies.at(-1)?.ts ?? thread.root.ts);
  return mine.sort((a, b) => last(b) - last(a));
}

function ThreadRow({ thread, placeName }: { thread: Thread; placeName: string }) {
  const names = useNames();
  const { root, replies } = thread;
  const last = replies.at(-1) as Message;
  const by = (message: Message) => message.username || shown(names.user(message.user ?? ""));
  return (
    <li>
      <button type="button" class="session-open thread-open" onClick={() => seek(root.channel, last.ts, root.ts)}>
        <small>{placeName}</small>
        <span class="thread-line"><Avatar user={names.user(root.user ?? "")} id={root.user} size={24} /> <b>{by(root)}</b> <span class="cut">{gist(root.text)}</span></span>
        <span class="thread-line thread-last"><Icon name="reply" size={16} /> <b>{by(last)}</b> <span class="cut">{gist(last.text)}</span></span>
        <small>{T.replies(replies.length)} · {moment(last.ts)}</small>
      </button>
    </li>
  );
}

export function ThreadsPane({ state }: { state: State }) {
  const [messages, setMessages] = useState<Message[] | null>(null);
  const me = state.me?.id ?? "";
  const known = current().messages;
  useEffect(() => {
    let stale = false;
    void server.messages(me).then((all) => !stale && setMessages(all), () => !stale && setMessages([]));
    return () => {
      stale = true;
    };
  }, [me, known, state.channels]);
  const threads = threadsOf(me, messages ?? []);
  const placeName = (id: string) => {
    const channel = findChannel(id);
    return channel?.is_im ? shown(state.users.find((user) => user.id === channel.user)) : `#${channel?.name ?? id}`;
  };
  return (
    <main class="pane" aria-label={T.threads}>
      <header class="head"><div class="head-row"><h1><Icon name="threads" /> {T.threads}</h1></div></header>
      {messages && !threads.length && <div class="home home-empty"><span class="start-mark"><Icon name="threads" size={34} /></span><h2>{T.noThreads}</h2><p>{T.noThreadsHint}</p></div>}
      {threads.length > 0 && (
        <div class="home"><ul class="sessions home-inside">{threads.map((one) => <ThreadRow key={one.root.ts} thread={one} placeName={placeName(one.root.channel)} />)}</ul></div>
      )}
    </main>
  );
}
