// When each task waited and ran, as bars over the run's time. Only the rows that are seen are in the page.
import { useRef, useState } from "preact/hooks";
import type { Run } from "@/api/types";
import { taskHref } from "@/model/links";
import { useNow, useZone } from "@/model/preferences";
import { spanOf, ticksOfSpan } from "@/model/spans";
import { wordsOfState } from "@/model/states";
import { timeOnly } from "@/model/time";
import { Bars, Scale, wordsOfSpan } from "@/parts/bars";
import { Empty, Show } from "@/parts/notes";
import { Card } from "@/parts/page";
import { kMostTasks, useTasks } from "./use_tasks";

// px, as in run.css: on a phone a row has two lines.
const rowHeight = () => (window.innerWidth <= 520 ? 48 : 28);
const kOverscan = 10;
const kHeight = 640;

export function Timeline({ run }: { run: Run }) {
  return (
    <Card flush title="Timeline">
      <TaskTimeline run={run} />
    </Card>
  );
}

export function TaskTimeline({ run }: { run: Run }) {
  const tasks = useTasks(run, { order_by: "start_date" });
  const now = useNow();
  const zone = useZone();
  const frame = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const row = rowHeight();
  return (
    <Show of={tasks} lines={8}>
      {({ task_instances: all, total_entries }) => {
        const rows = all.filter((task) => task.start_date).map((task) => ({ task, span: spanOf(task.queued_when, task.start_date, task.end_date, now) }));
        if (rows.length === 0) return <Empty title={run.end_date ? "Nothing has started" : "Nothing has started yet"} />;
        const whole = spanOf(null, run.start_date ?? run.queued_at, run.end_date, now);
        const range = { from: Math.min(whole.start, ...rows.map(({ span }) => span.queued)), to: Math.max(whole.end, ...rows.map(({ span }) => span.end)) };
        const ticks = ticksOfSpan(range.to - range.from);
        ticks[0]!.words = timeOnly(new Date(range.from).toISOString(), zone);
        const first = Math.max(0, Math.floor(top / row) - kOverscan);
        const last = Math.min(rows.length, Math.ceil((top + kHeight) / row) + kOverscan);
        return (
          <>
            <Scale ticks={ticks} />
            <div class="timeline" ref={frame} tabIndex={0} role="region" aria-label="Timeline of the tasks" onScroll={() => setTop(frame.current!.scrollTop)}>
              <div style={{ paddingTop: first * row, paddingBottom: (rows.length - last) * row }}>
                {rows.slice(first, last).map(({ task, span }) => {
                  const words = wordsOfState(task.state);
                  return (
                    <a key={task.task_id} class="timeline-row" href={taskHref(task.dag_id, task.dag_run_id, task.task_id)} title={`${task.task_id}: ${words}, ${wordsOfSpan(span)}`}>
                      <Bars name={task.task_id} words={words} span={span} range={range} ticks={ticks} state={task.state} />
                    </a>
                  );
                })}
              </div>
            </div>
            {total_entries > kMostTasks && <p class="card-body muted">The first {kMostTasks.toLocaleString("en")} that started, of {total_entries.toLocaleString("en")}.</p>}
          </>
        );
      }}
    </Show>
  );
}
