// Task cards and plans: what the app says it is doing, step by step.
import { Icon } from "../chrome/icons";
import { safeHref } from "../mrkdwn";
import { Away, TextLine } from "../rich";
import type { Block, Loose } from "../shapes";
import { RichText } from "./rich_text";

const MARKS: Record<string, "check" | "warning" | "dot" | "wait"> = { complete: "check", error: "warning", in_progress: "wait" };

export function TaskCard({ task }: { task: Loose }) {
  const status = String(task.status ?? "pending");
  return (
    <div class={`task task-${status}`}>
      <Icon name={MARKS[status] ?? "dot"} />
      <div>
        <div class="task-title"><TextLine text={task.title} /></div>
        {task.details && <div class="task-details"><RichText block={task.details} /></div>}
        {task.output && <div class="task-details"><RichText block={task.output} /></div>}
        {(task.sources ?? []).map((source: Loose, i: number) =>
          safeHref(String(source.url)) && <Away key={i} href={source.url}>{String(source.text ?? source.url)}</Away>)}
      </div>
    </div>
  );
}

export function Plan({ block }: { block: Block }) {
  return (
    <div class="plan">
      <div class="plan-title"><TextLine text={block.title} /></div>
      {(block.tasks ?? []).map((task: Loose, i: number) => <TaskCard key={task.task_id ?? i} task={task} />)}
    </div>
  );
}
