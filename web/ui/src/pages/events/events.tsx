// The ledger: every event that reached Weir, and what became of it. What is looked for stands in the address.
import { useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { address } from "@/api/client";
import { ofKind } from "@/api/live";
import type { LedgerEvent } from "@/api/types";
import { useApi } from "@/api/use";
import { kDispositions } from "@/model/dispositions";
import { SelectField, TextField } from "@/parts/field";
import { Ago } from "@/parts/moment";
import { Empty, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { type Column, Pager, Table } from "@/parts/table";
import { Disposition, EventLink, Replay, RunOf, attribute } from "./parts";

const kLimit = 50;
/** Typing pauses so long before the daemon is asked. */
const kPause = 250;
const kSpans = [
  { value: "", text: "any time", hours: 0 },
  { value: "1", text: "the last hour", hours: 1 },
  { value: "24", text: "the last day", hours: 24 },
  { value: "168", text: "the last 7 days", hours: 168 },
];
const kFilters = ["source", "type", "subject", "disposition", "hours"] as const;
type Filters = Partial<Record<(typeof kFilters)[number], string>>;

interface EventList {
  events: LedgerEvent[];
  total_entries: number;
  total_is_least: boolean;
}

function Typed({ label, value, onValue }: { label: string; value: string; onValue: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = window.setTimeout(onValue, kPause, text.trim());
    return () => window.clearTimeout(timer);
  }, [text]);
  return <TextField label={label} type="search" value={text} onValue={setText} placeholder="all" />;
}

/** To the minute, so that the address stays the same while a page is looked at. */
const since = (hours: string | undefined): string | null =>
  hours ? new Date(Math.floor((Date.now() - Number(hours) * 3_600_000) / 60_000) * 60_000).toISOString() : null;

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
  const { query, route } = useLocation();
  const filters: Filters = Object.fromEntries(kFilters.flatMap((name) => (query[name] ? [[name, query[name]]] : [])));
  const [offset, setOffset] = useState(0);
  const filter = (name: keyof Filters, value: string) => {
    setOffset(0);
    const next = Object.entries({ ...filters, [name]: value }).filter(([, text]) => text) as [string, string][];
    route("/events" + (next.length > 0 ? "?" + new URLSearchParams(next).toString() : ""), true);
  };
  const { hours, ...exact } = filters;
  const list = useApi<EventList>(address("/events", { ...exact, received_at_gte: since(hours), limit: kLimit, offset }), ofKind("event"));
  const any = Object.keys(filters).length > 0;
  return (
    <>
      <PageHead title="Events">
        <p>Each event that reached Weir, and what became of it.</p>
      </PageHead>
      <div class="filters">
        <SelectField label="What became of it" value={filters.disposition ?? ""} onValue={(value) => filter("disposition", value)}
          options={[{ value: "", text: "anything" }, ...Object.keys(kDispositions).map((name) => ({ value: name, text: name.replaceAll("_", " ") }))]} />
        <Typed label="Subject" value={filters.subject ?? ""} onValue={(value) => filter("subject", value)} />
        <Typed label="Type" value={filters.type ?? ""} onValue={(value) => filter("type", value)} />
        <Typed label="Source" value={filters.source ?? ""} onValue={(value) => filter("source", value)} />
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
                <Pager offset={offset} limit={kLimit} total={total_entries} least={total_is_least} onOffset={setOffset} />
              </>
            )
          }
        </Show>
      </Card>
    </>
  );
}
