import { address } from "@/api/client";
import { ofKind } from "@/api/live";
import type { Source, SourceList } from "@/api/types";
import { useApi } from "@/api/use";
import { Ago } from "@/parts/moment";
import { Empty, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { type Column, Table } from "@/parts/table";

const number = (value: number | null) => (value === null ? <span class="muted">–</span> : value.toLocaleString("en"));

const kColumns: Column<Source>[] = [
  {
    head: "Source",
    cell: (source) => (
      <>
        <a href={"/events?" + new URLSearchParams({ source: source.name }).toString()}>{source.name}</a> <span class="tag">{source.kind}</span>
        {source.problem && <div class="small source-problem">{source.problem}</div>}
      </>
    ),
  },
  {
    head: "State",
    cell: (source) => (
      <span class="badge" data-state={source.connected ? "success" : "failed"}>
        <span class="dot" />
        {source.connected ? "connected" : "not connected"}
      </span>
    ),
  },
  { head: "Lag", right: true, cell: (source) => number(source.lag) },
  { head: "Last seen", cell: (source) => <Ago at={source.last_seen} /> },
  { head: "Taken", right: true, cell: (source) => number(source.taken) },
  {
    head: "Rejected",
    right: true,
    cell: (source) =>
      source.rejected > 0 ? (
        <a class="badge" data-state="failed" href={"/events?" + new URLSearchParams({ source: source.name, disposition: "rejected" }).toString()}>
          {number(source.rejected)}
        </a>
      ) : (
        0
      ),
  },
];

export default function Sources() {
  const sources = useApi<SourceList>(address("/sources"), ofKind("event"));
  return (
    <>
      <PageHead title="Sources">
        <p>
          Where events come from. They stand in <code>weir.yaml</code>; what is sent to <code>POST /api/v2/events</code> needs none.
        </p>
      </PageHead>
      <Card flush label="Sources">
        <Show of={sources}>
          {({ sources: rows }) =>
            rows.length === 0 ? (
              <Empty title="No source is set up">Kafka topics, Redis streams, folders and Postgres tables can be sources. Events also come by HTTP, without one.</Empty>
            ) : (
              <Table label="Sources" rows={rows} columns={kColumns} rowKey={(source) => source.name} />
            )
          }
        </Show>
      </Card>
    </>
  );
}
