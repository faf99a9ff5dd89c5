// "Historial": the conversations one has had with the app, the newest first, each with its title.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { rename } from "../acts";
import { botName } from "../names";
import { openThread } from "../room";
import type { Channel, Message, State } from "../shapes";
import { T } from "../text";
import { moment } from "../when";
import { Icon } from "./icons";
import { channelLine, isReply } from "./messages";
import { titleOf } from "./status";

const LONGEST = 200;

/** The bare words of a message, for a line that names it. */
export const gist = (text: string) => text.replace(/<[^>|]*\|([^>]*)>/g, "$1").replace(/<[^>]*>/g, "").replace(/[*_~`]/g, "").replace(/\s+/g, " ").trim();

interface Session {
  root: Message;
  title: string;
  /** The app's own; a conversation that begins with its answer has that one besides. */
  answers: number;
  byApp: boolean;
  latest: string;
  status: string;
}

export function sessionsOf(state: State, channel: string, messages: Message[]): Session[] {
  const app = state.bot.user_id;
  const roots = channelLine(messages).filter((one) => !isReply(one) && !one.ephemeral);
  const sessions = roots.map((root): Session => {
    const replies = messages.filter((one) => one.thread_ts === root.ts && one.ts !== root.ts);
    return {
      root,
      title: titleOf(state, channel, root.ts) || gist(root.text) || T.conversation,
      answers: replies.filter((one) => one.user === app && !one.ephemeral).length,
      byApp: root.user === app,
      latest: replies.at(-1)?.ts ?? root.ts,
      status: state.statuses.find((one) => one.channel === channel && one.thread_ts === root.ts)?.status ?? "",
    };
  });
  return sessions.sort((a, b) => Number.parseFloat(b.latest) - Number.parseFloat(a.latest));
}

/** A title that can be written anew: Enter keeps it, Escape leaves it as it was. */
export function TitleEdit({ channel, thread, title, done }: { channel: string; thread: string; title: string; done: () => void }) {
  const over = useRef(false);
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => input.current?.select(), []);
  const leave = (typed: string | null) => {
    if (over.current) return;
    over.current = true;
    if (typed?.trim() && typed.trim() !== title) void rename(channel, thread, typed.trim());
    done();
  };
  return (
    <input class="field title-edit" type="text" aria-label={T.sessionTitle} maxLength={LONGEST} defaultValue={title} ref={input}
      onBlur={(event) => leave(event.currentTarget.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") leave(event.currentTarget.value);
        else if (event.key === "Escape") leave(null);
      }} />
  );
}

function answered({ answers, byApp }: Session, name: string): string {
  if (byApp) return T.answerBy(name, answers);
  return answers ? T.replies(answers) : T.noReplies;
}

function SessionRow({ channel, session, name }: { channel: string; session: Session; name: string }) {
  const [editing, setEditing] = useState(false);
  const { root, title, latest, status } = session;
  return (
    <li class="session">
      {editing ? <TitleEdit channel={channel} thread={root.ts} title={title} done={() => setEditing(false)} /> : (
        <button type="button" class="session-open" onClick={() => openThread(root.ts)}>
          <b>{title}</b>
          <small>{[moment(latest), answered(session, name), T.sessionStates[status]].filter(Boolean).join(" · ")}</small>
        </button>
      )}
      <button type="button" class="ghost" title={T.renameSession} aria-label={T.renameThis(title)} onClick={() => setEditing(!editing)}><Icon name="pencil" /></button>
    </li>
  );
}

export function History({ state, channel, messages }: { state: State; channel: Channel; messages: Message[] }) {
  const sessions = sessionsOf(state, channel.id, messages);
  if (!sessions.length) {
    return (
      <div class="home home-empty">
        <span class="start-mark"><Icon name="clock" size={34} /></span>
        <h2>{T.historyEmpty(botName(state))}</h2>
        <p>{T.historyEmptyHint}</p>
      </div>
    );
  }
  return (
    <div class="home" role="region" aria-label={T.historyTab}>
      <ul class="sessions home-inside">{sessions.map((one) => <SessionRow key={one.root.ts} channel={channel.id} session={one} name={botName(state)} />)}</ul>
    </div>
  );
}
