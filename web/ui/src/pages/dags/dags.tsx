import { address, change, path } from "@/api/client";
import { ofKind } from "@/api/live";
import type { Dag, DagList, ImportErrorList } from "@/api/types";
import { useApi } from "@/api/use";
import { dagHref } from "@/model/links";
import { useQuery, withQuery } from "@/model/query";
import { wordsOfSchedule } from "@/model/schedule";
import { kRunStates, wordsOfState } from "@/model/states";
import { Button } from "@/parts/button";
import { SelectField, TextField } from "@/parts/field";
import { Ago } from "@/parts/moment";
import { Empty, Note, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { RoleButton } from "@/parts/role_button";
import { type Column, Pager, Table } from "@/parts/table";
import { attempt } from "@/parts/toasts";
import { LastRuns } from "./last_runs";

const kLimit = 50;
const kConcerns = ofKind("dag", "catalog");
/** Which DAGs: what is asked of the daemon for each choice. */
const kWhich: Record<string, { text: string; filter: Record<string, boolean> }> = {
  "": { text: "all", filter: {} },
  active: { text: "active", filter: { paused: false } },
  paused: { text: "paused", filter: { paused: true } },
  errors: { text: "with errors in the file", filter: { has_import_errors: true } },
};

export default function Dags() {
  const [query, setQuery] = useQuery();
  const ask = (changes: Record<string, string>) => setQuery({ ...changes, offset: "" });
  const offset = Number(query.offset) || 0;
  const order = query.order ?? "dag_id";
  const isFiltered = Boolean(query.q || query.which || query.tag || query.state);
  const dags = useApi<DagList>(
    address("/dags", {
      dag_id_pattern: query.q && `%${query.q}%`,
      tags: query.tag,
      last_dag_run_state: query.state,
      ...kWhich[query.which ?? ""]?.filter,
      limit: kLimit,
      offset,
      order_by: order,
    }),
    query.state ? ofKind("dag", "catalog", "run") : kConcerns,
  );
  const pause = (dag: Dag) =>
    attempt(`${dag.dag_id} ${dag.is_paused ? "goes on" : "is paused"}`, async () => {
      await change("PATCH", path("dags", dag.dag_id), { is_paused: !dag.is_paused });
      await dags.mutate();
    });
  const columns: Column<Dag>[] = [
    { head: "DAG", order: "dag_id", cell: (dag) => <Name dag={dag} /> },
    { head: "Schedule", cell: (dag) => <span class="small" title={dag.timetable_description ?? undefined}>{wordsOfSchedule(dag.timetable_description)}</span> },
    { head: "Last runs", cell: (dag) => <LastRuns dag_id={dag.dag_id} /> },
    { head: "Next run", cell: (dag) => (dag.is_paused ? <span class="badge" data-state="paused">paused</span> : <span class="small"><Ago at={dag.next_dagrun_run_after} /></span>) },
    {
      head: <span class="for-screen-readers">What to do</span>,
      right: true,
      cell: (dag) => (
        <RoleButton role="user" small kind="quiet" icon={dag.is_paused ? "play" : "pause"} label={`${dag.is_paused ? "Resume" : "Pause"} ${dag.dag_id}`} onClick={() => pause(dag)} />
      ),
    },
  ];
  return (
    <>
      <PageHead title="DAGs" />
      <FilesWithErrors />
      <div class="filters">
        <TextField label="Name" type="search" value={query.q ?? ""} onValue={(q) => ask({ q })} placeholder="part of it" />
        <SelectField label="Which" value={query.which ?? ""} onValue={(which) => ask({ which })}
          options={Object.entries(kWhich).map(([value, { text }]) => ({ value, text }))} />
        <SelectField label="Last run" value={query.state ?? ""} onValue={(state) => ask({ state })}
          options={[{ value: "", text: "all" }, ...kRunStates.map((value) => ({ value, text: wordsOfState(value) }))]} />
        {query.tag && (
          <Button icon="cross" onClick={() => ask({ tag: "" })}>
            tag {query.tag}
          </Button>
        )}
        {isFiltered && (
          <Button kind="quiet" onClick={() => ask({ q: "", which: "", tag: "", state: "" })}>
            No filter
          </Button>
        )}
      </div>
      <Card flush label="DAGs">
        <Show of={dags} lines={6}>
          {({ dags: rows, total_entries }) =>
            rows.length === 0 ? (
              <Empty title="No DAG is there">{isFiltered ? "None is like that." : "Put a YAML file into the DAG folder: it appears here at once."}</Empty>
            ) : (
              <>
                <Table label="DAGs" rows={rows} columns={columns} rowKey={(dag) => dag.dag_id} order={order} onOrder={(next) => ask({ order: next === "dag_id" ? "" : next })} />
                <Pager offset={offset} limit={kLimit} total={total_entries} onOffset={(next) => setQuery({ offset: next ? String(next) : "" })} />
              </>
            )
          }
        </Show>
      </Card>
    </>
  );
}

function Name({ dag }: { dag: Dag }) {
  return (
    <div class="dag-about">
      <div class="row">
        <a class="dag-name" href={dagHref(dag.dag_id)}>
          {dag.dag_display_name}
        </a>
        {dag.has_import_errors && (
          <a class="badge" data-state="failed" href={dagHref(dag.dag_id, "code")} title="Its file has errors; the version before is in force">
            file has errors
          </a>
        )}
        {dag.is_stale && (
          <span class="badge" data-state="removed">
            its file is gone
          </span>
        )}
        {dag.tags.map((tag) => (
          <a key={tag.name} class="tag" href={withQuery("/dags", { tag: tag.name })}>
            {tag.name}
          </a>
        ))}
      </div>
      {dag.description && <div class="small muted">{dag.description}</div>}
    </div>
  );
}

/** Files that can't be read may have no DAG in the list at all. */
function FilesWithErrors() {
  const { data } = useApi<ImportErrorList>(address("/importErrors", { limit: 1 }), (one) => one.kind === "catalog");
  if (!data?.total_entries) return null;
  return (
    <Note kind="warn">
      {data.total_entries === 1 ? "One file has" : `${data.total_entries} files have`} errors. <a href="/errors">See what is wrong</a>
    </Note>
  );
}
