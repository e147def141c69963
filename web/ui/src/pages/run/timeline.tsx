// When each task waited and ran, as bars over the run's time. Only the rows that are seen are in the page.
import { useRef, useState } from "preact/hooks";
import type { Run, TaskInstance } from "@/api/types";
import { taskHref } from "@/model/links";
import { useNow, useZone } from "@/model/preferences";
import { wordsOfState } from "@/model/states";
import { duration, timeOnly } from "@/model/time";
import { Empty, Show } from "@/parts/notes";
import { Card } from "@/parts/page";
import { kMostTasks, useTasks } from "./use_tasks";

const kRow = 28; // px, as in run.css
const kOverscan = 10;
const kHeight = 640;
const kLeastWidth = 0.3; // per cent, so that a short task can be seen

export interface Bar {
  left: number; // per cent of the whole
  width: number;
}
/** Where a span lies between `from` and `to`, all in milliseconds. */
export function barOf(start: number, end: number, from: number, to: number): Bar {
  const whole = Math.max(1, to - from);
  const width = Math.max(kLeastWidth, (100 * (end - start)) / whole);
  return { left: Math.min(100 - width, Math.max(0, (100 * (start - from)) / whole)), width: Math.min(100, width) };
}

const position = ({ left, width }: Bar) => ({ left: `${left}%`, width: `${width}%` });

function Row({ task, from, to }: { task: TaskInstance; from: number; to: number }) {
  const start = Date.parse(task.start_date!);
  const end = task.end_date ? Date.parse(task.end_date) : to;
  const queued = task.queued_when ? Date.parse(task.queued_when) : start;
  const words = `${task.task_id}: ${wordsOfState(task.state)}, waited ${duration(Math.max(0, start - queued) / 1000)}, ran ${duration(Math.max(0, end - start) / 1000)}`;
  return (
    <a class="timeline-row" href={taskHref(task.dag_id, task.dag_run_id, task.task_id)} aria-label={words} title={words}>
      <span class="timeline-name">{task.task_id}</span>
      <span class="timeline-track">
        {start - queued > 0 && <span class="timeline-wait" style={position(barOf(queued, start, from, to))} />}
        <span class="timeline-bar" data-state={task.state ?? "none"} style={position(barOf(start, end, from, to))} />
      </span>
    </a>
  );
}

export function Timeline({ run }: { run: Run }) {
  const tasks = useTasks(run, { order_by: "start_date" });
  const now = useNow();
  const zone = useZone();
  const frame = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  return (
    <Card flush title="Timeline">
      <Show of={tasks} lines={8}>
        {({ task_instances: all, total_entries }) => {
          const rows = all.filter((task) => task.start_date);
          if (rows.length === 0) return <Empty title="Nothing has started yet" />;
          const from = Math.min(Date.parse(run.start_date ?? run.queued_at!), ...rows.map((task) => Date.parse(task.queued_when ?? task.start_date!)));
          const to = run.end_date ? Math.max(Date.parse(run.end_date), ...rows.map((task) => Date.parse(task.end_date ?? task.start_date!))) : now;
          const first = Math.max(0, Math.floor(top / kRow) - kOverscan);
          const last = Math.min(rows.length, Math.ceil((top + kHeight) / kRow) + kOverscan);
          const at = (share: number) => new Date(from + (to - from) * share).toISOString();
          return (
            <>
              <div class="timeline-scale" aria-hidden="true">
                <span class="timeline-name" />
                <span class="timeline-ticks">
                  {[0, 0.25, 0.5, 0.75, 1].map((share) => (
                    <span key={share} class="number">
                      {share === 0 ? timeOnly(at(0), zone) : `+${duration(((to - from) * share) / 1000)}`}
                    </span>
                  ))}
                </span>
              </div>
              <div class="timeline" ref={frame} tabIndex={0} role="region" aria-label="Timeline of the tasks" onScroll={() => setTop(frame.current!.scrollTop)}>
                <div style={{ paddingTop: first * kRow, paddingBottom: (rows.length - last) * kRow }}>
                  {rows.slice(first, last).map((task) => (
                    <Row key={task.task_id} task={task} from={from} to={to} />
                  ))}
                </div>
              </div>
              {total_entries > kMostTasks && <p class="card-body muted">The first {kMostTasks.toLocaleString("en")} that started, of {total_entries.toLocaleString("en")}.</p>}
            </>
          );
        }}
      </Show>
    </Card>
  );
}
