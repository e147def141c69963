// A list of runs, wherever it stands.
import type { RunList } from "@/api/types";
import { wordsOfCause } from "@/model/cause";
import { dagHref, runHref } from "@/model/links";
import { Ago, Moment, Took } from "./moment";
import { StateBadge } from "./state";
import { type Column, Pager, Table } from "./table";

type Row = RunList["dag_runs"][number];

export const kRunsPage = 50;

export function RunsTable(props: { runs: RunList; offset: number; order: string; onOrder: (order: string) => void; onOffset: (offset: number) => void; withDag?: boolean }) {
  const columns: Column<Row>[] = [
    {
      head: "Run",
      order: "logical_date",
      cell: (run) => (
        <>
          {props.withDag && (
            <>
              <a href={dagHref(run.dag_id)}>{run.dag_id}</a> <span class="muted">/</span>{" "}
            </>
          )}
          <a href={runHref(run.dag_id, run.dag_run_id)} title={run.dag_run_id}>
            {run.logical_date ? <Moment at={run.logical_date} seconds={false} /> : run.dag_run_id}
          </a>
          {run.stale_since && (
            <span class="badge run-mark" data-state="stale">
              {run.rerun_at ? "will run again" : "stale"}
            </span>
          )}
          {run.note && <div class="small muted run-note">{run.note}</div>}
        </>
      ),
    },
    { head: "State", order: "state", cell: (run) => <StateBadge state={run.state} /> },
    { head: "Made", cell: (run) => <span class="small">{wordsOfCause(run)}</span> },
    { head: "Started", order: "start_date", cell: (run) => <Ago at={run.start_date} /> },
    { head: "Took", order: "duration", right: true, cell: (run) => (run.start_date ? <Took start={run.start_date} end={run.end_date} /> : <span class="muted">–</span>) },
  ];
  return (
    <>
      <Table label="Runs" rows={props.runs.dag_runs} columns={columns} rowKey={(run) => run.dag_id + "/" + run.dag_run_id} order={props.order} onOrder={props.onOrder} />
      <Pager offset={props.offset} limit={kRunsPage} total={props.runs.total_entries} least={props.runs.total_is_least} onOffset={props.onOffset} />
    </>
  );
}
