// What the schedule will do next, as the daemon computes it.
import { address, path } from "@/api/client";
import { ofDag } from "@/api/live";
import type { DagDetails, NextRuns as Answer } from "@/api/types";
import { useApi } from "@/api/use";
import { Ago, Moment } from "@/parts/moment";
import { Empty, Note, Show } from "@/parts/notes";
import { Card } from "@/parts/page";
import { type Column, Table } from "@/parts/table";

const kMost = 20;
type Row = Answer["next_runs"][number];

const kColumns: Column<Row>[] = [
  { head: "Runs", cell: (run) => <Ago at={run.run_after} /> },
  { head: "At", cell: (run) => <Moment at={run.run_after} seconds={false} /> },
  { head: "Logical date", cell: (run) => <Moment at={run.logical_date} seconds={false} /> },
  { head: "Data from", cell: (run) => <Moment at={run.data_interval_start} seconds={false} /> },
  { head: "up to", cell: (run) => <Moment at={run.data_interval_end} seconds={false} /> },
  { head: "By", cell: (run) => <span class="small">{run.schedule}</span> },
];

export function NextRuns({ dag }: { dag: DagDetails }) {
  const next = useApi<Answer>(address(path("dags", dag.dag_id, "nextRuns"), { limit: kMost }), ofDag(dag.dag_id));
  return (
    <Card flush title="Next runs">
      {dag.is_paused && <Note kind="warn">The DAG is paused: none of these is made while it is.</Note>}
      <Show of={next} lines={5}>
        {({ next_runs, words }) =>
          next_runs.length === 0 ? (
            <Empty title="Nothing is due at a time">{words}</Empty>
          ) : (
            <Table label="Next runs" rows={next_runs} columns={kColumns} rowKey={(run) => run.run_after + run.schedule} />
          )
        }
      </Show>
    </Card>
  );
}
