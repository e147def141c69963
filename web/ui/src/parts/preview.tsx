// What a change would do, asked of the daemon before anybody presses the button.
import { useEffect, useState } from "preact/hooks";
import { type ApiError, address, change, get } from "@/api/client";
import type { TaskInstance, TaskInstanceList } from "@/api/types";
import { kOpenStates } from "@/model/states";
import { ErrorNote, Loading } from "./notes";
import { StateBadge } from "./state";

/** Options change faster than the daemon should be asked. */
const kPause = 150;
const kShown = 200;
/** As many as a page of the daemon's has. */
const kMostRead = 1000;

interface Answer {
  affected: TaskInstance[] | null; // null: not known yet
  total: number;
  error: ApiError | null;
}
export interface Preview extends Answer {
  askAgain: () => void;
}

const kUnknown: Answer = { affected: null, total: 0, error: null };

/** Asks anew when `question` is another; null: there is nothing to ask. */
function useAnswer(question: string | null, ask: () => Promise<TaskInstanceList>): Preview {
  const [answer, setAnswer] = useState(kUnknown);
  const [times, setTimes] = useState(0);
  useEffect(() => {
    let current = true;
    setAnswer(kUnknown);
    if (question === null) return;
    const timer = window.setTimeout(() => {
      ask().then(
        ({ task_instances, total_entries }) => current && setAnswer({ affected: task_instances, total: total_entries, error: null }),
        (error: ApiError) => current && setAnswer({ ...kUnknown, error }),
      );
    }, kPause);
    return () => {
      current = false;
      window.clearTimeout(timer);
    };
  }, [question, times]);
  return { ...answer, askAgain: () => setTimes(times + 1) };
}

/** The dry run of a change. `body` null: there is nothing to ask yet. */
export const usePreview = (method: string, resource: string, body: unknown): Preview =>
  useAnswer(body === null ? null : JSON.stringify([method, resource, body]), () => change<TaskInstanceList>(method, resource, body));

/** What is not over yet: of a run, or of a task or one instance of it. Ending them has no dry run. `run` null: there is nothing to ask. */
export function useOpen(run: string | null, of: { task_id?: string; map_index?: number } = {}): Preview {
  const url = run === null ? null : address(`${run}/taskInstances`, { ...of, state: kOpenStates, limit: kMostRead });
  return useAnswer(url, async () => {
    const { task_instances, total_entries } = await get<TaskInstanceList>(url!);
    // A row that stands for instances is none itself.
    const affected = task_instances.filter(({ mapped, map_index }) => mapped === 0 || map_index >= 0);
    return { task_instances: affected, total_entries: total_entries - task_instances.length + affected.length };
  });
}

/** Whether to go on is a person's decision also when nobody can say what it would do. */
export const mayGoOn = ({ error, total }: Preview): boolean => error !== null || total > 0;

const nameOf = (task: TaskInstance): string => task.task_id + (task.map_index >= 0 ? `[${task.rendered_map_index ?? task.map_index}]` : "");

export function Affected({ preview, none }: { preview: Preview; none: string }) {
  if (preview.error)
    return (
      <div class="stack">
        <p class="muted">What this would do could not be found out:</p>
        <ErrorNote error={preview.error} retry={preview.askAgain} />
      </div>
    );
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
