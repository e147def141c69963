// Who did what, when, and with what outcome: newest first.
import { address } from "@/api/client";
import type { LogEntry } from "@/api/types";
import { useApi } from "@/api/use";
import { dagHref, runHref, taskHref } from "@/model/links";
import { useZone } from "@/model/preferences";
import { useQuery } from "@/model/query";
import { useSession } from "@/model/session";
import { dayBounds } from "@/model/zone";
import { TextField } from "@/parts/field";
import { Moment } from "@/parts/moment";
import { Empty, Note, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { type Column, Pager, Table } from "@/parts/table";
import { TypedField } from "@/parts/typed_field";

const kLimit = 50;
const kFilters = [
  { name: "owner", label: "Who" },
  { name: "event", label: "What" },
  { name: "dag_id", label: "DAG" },
  { name: "run_id", label: "Run" },
] as const;

interface Entries {
  event_logs: LogEntry[];
  total_entries: number;
  total_is_least?: boolean;
}

function About({ entry }: { entry: LogEntry }) {
  const { dag_id, run_id, task_id } = entry;
  if (!dag_id) return <span class="muted">–</span>;
  return (
    <>
      <a href={dagHref(dag_id)}>{dag_id}</a>
      {run_id && (
        <div class="small">
          <a href={runHref(dag_id, run_id)}>{run_id}</a>
          {task_id && (
            <>
              {" · "}
              <a href={taskHref(dag_id, run_id, task_id)}>{task_id}</a>
            </>
          )}
        </div>
      )}
    </>
  );
}

const kColumns: Column<LogEntry>[] = [
  { head: "When", cell: (entry) => <Moment at={entry.when} /> },
  { head: "Who", cell: (entry) => entry.owner ?? <span class="muted">nobody</span> },
  {
    head: "What",
    cell: (entry) => (
      <>
        {entry.event.replaceAll("_", " ")}
        {entry.outcome && entry.outcome !== "done" && <div class="small source-problem">{entry.outcome}</div>}
      </>
    ),
  },
  { head: "About", cell: (entry) => <About entry={entry} /> },
  { head: "With", cell: (entry) => <code class="audit-extra">{entry.extra}</code> },
];

export default function Audit() {
  const { may } = useSession();
  const zone = useZone();
  const [query, setQuery] = useQuery();
  const offset = Number(query.offset) || 0;
  const { from = "", to = "" } = query;
  const exact = Object.fromEntries(kFilters.map(({ name }) => [name, query[name]]));
  const isFiltered = [from, to, ...Object.values(exact)].some(Boolean);
  const list = useApi<Entries>(
    may("admin") ? address("/eventLogs", { ...exact, after: from && dayBounds(from, zone).start, before: to && dayBounds(to, zone).last, limit: kLimit, offset }) : null,
    () => true,
  );
  const filter = (name: string, value: string) => setQuery({ [name]: value, offset: "" });
  if (!may("admin"))
    return (
      <>
        <PageHead title="Audit" />
        <Note>The audit is for those with the role admin.</Note>
      </>
    );
  return (
    <>
      <PageHead title="Audit">
        <p>Who did what, and how it ended. Nothing here is ever changed.</p>
      </PageHead>
      <div class="filters">
        {kFilters.map(({ name, label }) => (
          <TypedField key={name} label={label} value={query[name] ?? ""} onValue={(value) => filter(name, value)} />
        ))}
        <TextField label="From" type="date" value={from} onValue={(value) => filter("from", value)} />
        <TextField label="To" type="date" value={to} onValue={(value) => filter("to", value)} />
      </div>
      <Card flush label="Audit">
        <Show of={list} lines={6}>
          {({ event_logs, total_entries, total_is_least }) =>
            event_logs.length === 0 ? (
              <Empty title={isFiltered ? "Nothing is like that" : "Nobody has changed anything yet"} />
            ) : (
              <>
                <Table label="Audit" rows={event_logs} columns={kColumns} rowKey={(entry) => entry.event_log_id} />
                <Pager offset={offset} limit={kLimit} total={total_entries} least={total_is_least} onOffset={(next) => setQuery({ offset: next ? String(next) : "" })} />
              </>
            )
          }
        </Show>
      </Card>
    </>
  );
}
