// Everything else that is known of a DAG.
import { useState } from "preact/hooks";
import { address, path } from "@/api/client";
import { ofDag } from "@/api/live";
import type { DagDetails, Task, TaskList, Why } from "@/api/types";
import { useApi } from "@/api/use";
import { Moment } from "@/parts/moment";
import { Show } from "@/parts/notes";
import { Card, Facts } from "@/parts/page";
import { Reasons } from "@/parts/reasons";
import { type Column, Pager, Table } from "@/parts/table";

const kShown = 100;

const kColumns: Column<Task>[] = [
  {
    head: "Task",
    cell: (task) => (
      <>
        <span class="id">{task.task_id}</span> {task.is_mapped && <span class="tag">for each</span>}
        {task.doc_md && <div class="small muted">{task.doc_md}</div>}
      </>
    ),
  },
  { head: "Operator", cell: (task) => task.operator_name },
  { head: "After", cell: (task) => <span class="small id">{task.upstream_task_ids.join(", ") || "–"}</span> },
  { head: "Rule", cell: (task) => <span class="small">{task.trigger_rule}</span> },
  { head: "Retries", right: true, cell: (task) => task.retries },
  { head: "Pool", cell: (task) => <span class="small">{task.pool}</span> },
];

export function Details({ dag }: { dag: DagDetails }) {
  const [offset, setOffset] = useState(0);
  const why = useApi<Why>(address(path("dags", dag.dag_id, "why")), ofDag(dag.dag_id));
  const tasks = useApi<TaskList>(address(path("dags", dag.dag_id, "tasks")));
  return (
    <>
      <div class="columns">
        <Card title="What it waits for">
          <Show of={why} lines={2}>{(known) => <Reasons of={known} />}</Show>
        </Card>
        <Card title="Settings">
          <Facts
            of={[
              ["File", <code>{dag.fileloc}</code>],
              ["Version", dag.latest_dag_version && `${dag.latest_dag_version.version_number}`],
              ["since", dag.latest_dag_version && <Moment at={dag.latest_dag_version.created_at} />],
              ["Schedule", dag.timetable_description],
              ["Time zone", dag.timezone],
              ["Runs at once", String(dag.max_active_runs)],
              ["Tasks at once", `${dag.max_active_tasks} in a run`],
              ["Pauses after", dag.max_consecutive_failed_dag_runs > 0 ? `${dag.max_consecutive_failed_dag_runs} failed runs in a row` : null],
              ["Active now", `${dag.active_runs_count} run${dag.active_runs_count === 1 ? "" : "s"}`],
            ]}
          />
        </Card>
      </div>
      <Card flush title="Tasks">
        <Show of={tasks}>{(list) => (
            <>
              <Table label="Tasks" rows={list.tasks.slice(offset, offset + kShown)} columns={kColumns} rowKey={(task) => task.task_id} />
              <Pager offset={offset} limit={kShown} total={list.tasks.length} onOffset={setOffset} />
            </>
          )}</Show>
      </Card>
    </>
  );
}
