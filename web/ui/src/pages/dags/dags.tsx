import { useState } from "preact/hooks";
import { address, change, path } from "@/api/client";
import { ofKind } from "@/api/live";
import type { Dag, DagList, Run } from "@/api/types";
import { useApi } from "@/api/use";
import { dagHref, runHref } from "@/model/links";
import { useSession } from "@/model/session";
import { Button } from "@/parts/button";
import { SelectField, TextField } from "@/parts/field";
import { Ago } from "@/parts/moment";
import { Empty, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { StateBadge } from "@/parts/state";
import { type Column, Pager, Table } from "@/parts/table";
import { attempt } from "@/parts/toasts";

const kLimit = 50;
const kConcerns = ofKind("dag", "run", "catalog");

type Row = Dag & { last_run?: Run };

export default function Dags() {
  const { may } = useSession();
  const [words, setWords] = useState("");
  const [paused, setPaused] = useState("");
  const [offset, setOffset] = useState(0);
  const dags = useApi<DagList>(
    address("/dags", { dag_id_pattern: words && `%${words}%`, paused, limit: kLimit, offset, order_by: "dag_id" }),
    kConcerns,
  );
  const pause = (dag: Dag) =>
    attempt(`${dag.dag_id} ${dag.is_paused ? "goes on" : "is paused"}`, async () => {
      await change("PATCH", path("dags", dag.dag_id), { is_paused: !dag.is_paused });
      await dags.mutate();
    });
  const columns: Column<Row>[] = [
    {
      head: "DAG",
      cell: (dag) => (
        <>
          <a href={dagHref(dag.dag_id)}>{dag.dag_display_name}</a>{" "}
          {dag.tags.map((tag) => (
            <span key={tag.name} class="tag">
              {tag.name}
            </span>
          ))}
          {dag.description && <div class="small muted">{dag.description}</div>}
        </>
      ),
    },
    { head: "Schedule", cell: (dag) => <span class="small">{dag.timetable_summary ?? "by hand"}</span> },
    {
      head: "Last run",
      cell: (dag) =>
        dag.last_run ? (
          <a href={runHref(dag.dag_id, dag.last_run.dag_run_id)}>
            <StateBadge state={dag.last_run.state} /> <Ago at={dag.last_run.start_date} />
          </a>
        ) : (
          <span class="muted">–</span>
        ),
    },
    { head: "Next run", cell: (dag) => (dag.is_paused ? <span class="muted">paused</span> : <Ago at={dag.next_dagrun_run_after} />) },
    {
      head: <span class="for-screen-readers">What to do</span>,
      right: true,
      cell: (dag) => (
        <Button small kind="quiet" icon={dag.is_paused ? "play" : "pause"} label={`${dag.is_paused ? "Resume" : "Pause"} ${dag.dag_id}`}
          disabled={!may("user")} onClick={() => pause(dag)} />
      ),
    },
  ];
  return (
    <>
      <PageHead title="DAGs" />
      <div class="filters">
        <TextField label="Name" type="search" value={words} onValue={(value) => (setWords(value), setOffset(0))} placeholder="part of it" />
        <SelectField label="Which" value={paused} onValue={(value) => (setPaused(value), setOffset(0))}
          options={[{ value: "", text: "all" }, { value: "false", text: "active" }, { value: "true", text: "paused" }]} />
      </div>
      <Card flush label="DAGs">
        <Show of={dags} lines={6}>
          {({ dags: rows, total_entries }) =>
            rows.length === 0 ? (
              <Empty title="No DAG is there">{words || paused ? "None is like that." : "Put a YAML file into the DAG folder: it appears here at once."}</Empty>
            ) : (
              <>
                <Table label="DAGs" rows={rows as Row[]} columns={columns} rowKey={(dag) => dag.dag_id} />
                <Pager offset={offset} limit={kLimit} total={total_entries} onOffset={setOffset} />
              </>
            )
          }
        </Show>
      </Card>
    </>
  );
}
