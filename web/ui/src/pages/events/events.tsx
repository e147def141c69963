// The ledger: every event that reached Weir, and what became of it. What is looked for stands in the address.
import { address } from "@/api/client";
import { ofKind } from "@/api/live";
import type { LedgerEvent } from "@/api/types";
import { useApi } from "@/api/use";
import { kDispositions } from "@/model/dispositions";
import { kSpans, useSince } from "@/model/lately";
import { useQuery } from "@/model/query";
import { SelectField } from "@/parts/field";
import { Ago } from "@/parts/moment";
import { Empty, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { type Column, Pager, Table } from "@/parts/table";
import { TypedField } from "@/parts/typed_field";
import { Disposition, EventLink, Replay, RunOf, attribute } from "./parts";

const kLimit = 50;
const kFilters = ["source", "type", "subject", "disposition", "hours"] as const;
type Filters = Partial<Record<(typeof kFilters)[number], string>>;

interface EventList {
  events: LedgerEvent[];
  total_entries: number;
  total_is_least: boolean;
}

const columnsOf = (reread: () => unknown): Column<LedgerEvent>[] => [
  { head: "Event", cell: (event) => <EventLink id={event.event_id} /> },
  { head: "Received", cell: (event) => <Ago at={event.received_at} /> },
  {
    head: "What became of it",
    cell: (event) => (
      <>
        <Disposition of={event.disposition} />
        {event.reason && <div class={`small event-reason ${event.disposition === "rejected" ? "source-problem" : "muted"}`}>{event.reason}</div>}
      </>
    ),
  },
  {
    head: "Type and subject",
    cell: (event) => (
      <div class="event-words">
        {attribute(event, "subject") ?? <span class="muted">no subject</span>}
        <div class="small muted">{attribute(event, "type") ?? "could not be read"}</div>
      </div>
    ),
  },
  { head: "By", cell: (event) => event.source },
  { head: "Run", cell: (event) => <RunOf event={event} /> },
  { head: <span class="for-screen-readers">What to do</span>, right: true, cell: (event) => <Replay small event={event} onReplayed={reread} /> },
];

export default function Events() {
  const [query, setQuery] = useQuery();
  const filters: Filters = Object.fromEntries(kFilters.flatMap((name) => (query[name] ? [[name, query[name]]] : [])));
  const offset = Number(query.offset) || 0;
  const filter = (name: keyof Filters, value: string) => setQuery({ [name]: value, offset: "" });
  const { hours, ...exact } = filters;
  const list = useApi<EventList>(address("/events", { ...exact, received_at_gte: useSince(hours), limit: kLimit, offset }), ofKind("event"));
  const any = Object.keys(filters).length > 0;
  return (
    <>
      <PageHead title="Events">
        <p>Each event that reached Weir, and what became of it.</p>
      </PageHead>
      <div class="filters">
        <SelectField label="What became of it" value={filters.disposition ?? ""} onValue={(value) => filter("disposition", value)}
          options={[{ value: "", text: "anything" }, ...Object.keys(kDispositions).map((name) => ({ value: name, text: name.replaceAll("_", " ") }))]} />
        <TypedField label="Subject" value={filters.subject ?? ""} onValue={(value) => filter("subject", value)} />
        <TypedField label="Type" value={filters.type ?? ""} onValue={(value) => filter("type", value)} />
        <TypedField label="Source" value={filters.source ?? ""} onValue={(value) => filter("source", value)} />
        <SelectField label="Received in" value={hours ?? ""} options={kSpans} onValue={(value) => filter("hours", value)} />
      </div>
      <Card flush label="Events">
        <Show of={list} lines={6}>
          {({ events, total_entries, total_is_least }) =>
            events.length === 0 ? (
              <Empty title={any ? "No event is like that" : "No event has come yet"}>
                {!any && (
                  <>
                    Set up a source in <code>weir.yaml</code>, or send CloudEvents to <code>POST /api/v2/events</code>.
                  </>
                )}
              </Empty>
            ) : (
              <>
                <Table label="Events" rows={events} columns={columnsOf(() => list.mutate())} rowKey={(event) => event.event_id} />
                <Pager offset={offset} limit={kLimit} total={total_entries} least={total_is_least} onOffset={(next) => setQuery({ offset: next ? String(next) : "" })} />
              </>
            )
          }
        </Show>
      </Card>
    </>
  );
}
