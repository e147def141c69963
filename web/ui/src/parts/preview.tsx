// What a change would do, asked of the daemon before anybody presses the button (its dry run).
import { useEffect, useState } from "preact/hooks";
import { ApiError, change } from "@/api/client";
import type { TaskInstance, TaskInstanceList } from "@/api/types";
import { ErrorNote, Loading } from "./notes";
import { StateBadge } from "./state";

/** Options change faster than the daemon should be asked. */
const kPause = 150;
const kShown = 200;

export interface Preview {
  affected: TaskInstance[] | null; // null: not known yet
  total: number;
  error: ApiError | null;
}

/** `body` null: there is nothing to ask yet. */
export function usePreview(method: string, resource: string, body: unknown): Preview {
  const [preview, setPreview] = useState<Preview>({ affected: null, total: 0, error: null });
  const asked = JSON.stringify(body);
  useEffect(() => {
    let current = true;
    setPreview({ affected: null, total: 0, error: null });
    if (body === null) return;
    const timer = window.setTimeout(() => {
      change<TaskInstanceList>(method, resource, body).then(
        (answer) => current && setPreview({ affected: answer.task_instances, total: answer.total_entries, error: null }),
        (error: ApiError) => current && setPreview({ affected: null, total: 0, error }),
      );
    }, kPause);
    return () => {
      current = false;
      window.clearTimeout(timer);
    };
  }, [method, resource, asked]);
  return preview;
}

const nameOf = (task: TaskInstance): string => task.task_id + (task.map_index >= 0 ? `[${task.rendered_map_index ?? task.map_index}]` : "");

export function Affected({ preview, none }: { preview: Preview; none: string }) {
  if (preview.error) return <ErrorNote error={preview.error} />;
  if (preview.affected === null) return <Loading lines={2} />;
  if (preview.total === 0) return <p class="muted">{none}</p>;
  return (
    <div>
      <h3>
        {preview.total.toLocaleString("en")} task instance{preview.total === 1 ? "" : "s"}
      </h3>
      <ul class="affected" tabIndex={0} aria-label="What is affected">
        {preview.affected.slice(0, kShown).map((task) => (
          <li key={task.dag_run_id + nameOf(task)}>
            <StateBadge state={task.state} /> {nameOf(task)}
          </li>
        ))}
        {preview.total > kShown && <li class="muted">and {(preview.total - kShown).toLocaleString("en")} more</li>}
      </ul>
    </div>
  );
}
