// Task cards and plans: what the app says it is doing, step by step, each with its state.
import { useState } from "preact/hooks";
import { Icon } from "../chrome/icons";
import { safeHref } from "../mrkdwn";
import { Away, TextLine } from "../rich";
import type { Block, Loose } from "../shapes";
import { T } from "../text";
import { RichText } from "./rich_text";

type State = "pending" | "in_progress" | "complete" | "error";

const stateOf = (task: Loose): State => (["in_progress", "complete", "error"].includes(task?.status) ? task.status : "pending");

function Mark({ state }: { state: State }) {
  return (
    <span class={`task-mark task-mark-${state}`} role="img" aria-label={T.taskStates[state]} title={T.taskStates[state]}>
      {state === "complete" && <Icon name="tick" size={12} />}
      {state === "error" && <Icon name="close" size={12} />}
    </span>
  );
}

function Sources({ sources }: { sources: Loose[] }) {
  const safe = sources.filter((source) => safeHref(String(source.url)));
  if (!safe.length) return null;
  return <div class="task-sources">{safe.map((source, i) => <Away key={i} href={source.url}>{String(source.text ?? source.url)}</Away>)}</div>;
}

export function TaskCard({ task, alone = true }: { task: Loose; alone?: boolean }) {
  const state = stateOf(task);
  return (
    <div class={`task task-${state}${alone ? " task-alone" : ""}`}>
      <Mark state={state} />
      <div class="task-words">
        <div class="task-title"><TextLine text={task.title} /></div>
        {task.details && <div class="task-details"><RichText block={task.details} /></div>}
        {task.output && <div class="task-details task-output"><RichText block={task.output} /></div>}
        <Sources sources={task.sources ?? []} />
      </div>
    </div>
  );
}

export function Plan({ block }: { block: Block }) {
  const [open, setOpen] = useState(true);
  const tasks: Loose[] = block.tasks ?? [];
  const done = tasks.filter((task) => stateOf(task) === "complete").length;
  return (
    <div class="plan">
      <button type="button" class="plan-title" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "down" : "right"} size={16} />
        <b><TextLine text={block.title} /></b>
        <small>{T.tasksDone(done, tasks.length)}</small>
      </button>
      {open && <div class="plan-tasks">{tasks.map((task, i) => <TaskCard key={task.task_id ?? task.id ?? i} task={task} alone={false} />)}</div>}
    </div>
  );
}
