// The instances of a task with `foreach`.
import { address, path } from "@/api/client";
import { ofTask } from "@/api/live";
import type { TaskInstance, TaskInstanceList } from "@/api/types";
import { useApi } from "@/api/use";
import { taskHref } from "@/model/links";
import { useQuery } from "@/model/query";
import { kTaskStates, wordsOfState } from "@/model/states";
import { SelectField } from "@/parts/field";
import { Moment, Took } from "@/parts/moment";
import { Empty, Show } from "@/parts/notes";
import { Card } from "@/parts/page";
import { StateBadge } from "@/parts/state";
import { type Column, Pager, Table } from "@/parts/table";

const kLimit = 50;

const kColumns: Column<TaskInstance>[] = [
  {
    head: "Instance",
    order: "map_index",
    cell: (one) => <a href={taskHref(one.dag_id, one.dag_run_id, one.task_id, one.map_index)}>{one.rendered_map_index ?? one.map_index}</a>,
  },
  { head: "Item", cell: (one) => <code class="item">{JSON.stringify(one.item)}</code> },
  { head: "State", cell: (one) => <StateBadge state={one.state} /> },
  { head: "Started", cell: (one) => <Moment at={one.start_date} /> },
  { head: "Took", right: true, cell: (one) => <Took start={one.start_date} end={one.end_date} /> },
  { head: "Tries", right: true, cell: (one) => one.try_number },
];

export function Instances({ of: task }: { of: TaskInstance }) {
  const [{ state = "", offset: at, order = "map_index" }, setQuery] = useQuery();
  const offset = Number(at) || 0;
  const list = useApi<TaskInstanceList>(
    address(path("dags", task.dag_id, "dagRuns", task.dag_run_id, "taskInstances", task.task_id, "listMapped"), { limit: kLimit, offset, order_by: order, state }),
    ofTask(task.dag_id, task.dag_run_id, task.task_id),
  );
  return (
    <Card flush title={`${task.mapped.toLocaleString("en")} instances`}
      actions={
        <SelectField label={<span class="for-screen-readers">State</span>} value={state} onValue={(value) => setQuery({ state: value, offset: "" })}
          options={[{ value: "", text: "all states" }, ...kTaskStates.filter((one) => one !== "none").map((one) => ({ value: one, text: wordsOfState(one) }))]} />
      }
    >
      <Show of={list}>
        {({ task_instances: rows, total_entries }) =>
          rows.length === 0 ? (
            <Empty title="None is like that" />
          ) : (
            <>
              <Table label="Instances" rows={rows} columns={kColumns} rowKey={(one) => one.map_index} order={order} onOrder={(next) => setQuery({ order: next === "map_index" ? "" : next, offset: "" })} />
              <Pager offset={offset} limit={kLimit} total={total_entries} onOffset={(next) => setQuery({ offset: next ? String(next) : "" })} />
            </>
          )
        }
      </Show>
    </Card>
  );
}
