// The tasks of a run, one row each; a task with `foreach` stands for its instances.
import type { Run, TaskInstance } from "@/api/types";
import { taskHref } from "@/model/links";
import { useQuery } from "@/model/query";
import { kTaskStates, wordsOfState } from "@/model/states";
import { SelectField } from "@/parts/field";
import { Moment, Took } from "@/parts/moment";
import { Empty, Show } from "@/parts/notes";
import { Card } from "@/parts/page";
import { StateBadge } from "@/parts/state";
import { type Column, Pager, Table } from "@/parts/table";
import { useTasks } from "./use_tasks";

const kLimit = 100;

const kColumns: Column<TaskInstance>[] = [
  {
    head: "Task",
    cell: (one) => (
      <>
        <a href={taskHref(one.dag_id, one.dag_run_id, one.task_id)}>{one.task_id}</a>
        {one.mapped > 0 && <span class="tag">× {one.mapped}</span>}
        {one.note && <div class="small muted">{one.note}</div>}
      </>
    ),
  },
  { head: "State", cell: (one) => <StateBadge state={one.state} /> },
  { head: "Started", order: "start_date", cell: (one) => <Moment at={one.start_date} /> },
  { head: "Took", right: true, cell: (one) => <Took start={one.start_date} end={one.end_date} /> },
  { head: "Tries", right: true, cell: (one) => (one.try_number > 0 ? one.try_number : "") },
  { head: "Operator", cell: (one) => <span class="small muted">{one.operator}</span> },
];

export function Tasks({ run }: { run: Run }) {
  const [{ state = "", offset: at, order = "" }, setQuery] = useQuery();
  const offset = Number(at) || 0;
  const tasks = useTasks(run, { limit: kLimit, offset, state, order_by: order });
  return (
    <Card flush title="Tasks"
      actions={
        <SelectField label={<span class="for-screen-readers">State</span>} value={state} onValue={(value) => setQuery({ state: value, offset: "" })}
          options={[{ value: "", text: "all states" }, ...kTaskStates.map((one) => ({ value: one, text: wordsOfState(one) }))]} />
      }>
      <Show of={tasks} lines={6}>
        {({ task_instances: rows, total_entries }) =>
          rows.length === 0 ? (
            <Empty title="No task is like that" />
          ) : (
            <>
              <Table label="Tasks" rows={rows} columns={kColumns} rowKey={(one) => one.task_id} order={order} onOrder={(next) => setQuery({ order: next, offset: "" })} />
              <Pager offset={offset} limit={kLimit} total={total_entries} onOffset={(next) => setQuery({ offset: next ? String(next) : "" })} />
            </>
          )
        }
      </Show>
    </Card>
  );
}
