import { useLocation, useRoute } from "preact-iso";
import { address, path } from "@/api/client";
import type { LedgerEvent } from "@/api/types";
import { useApi } from "@/api/use";
import { kDispositions } from "@/model/dispositions";
import { eventHref, windowsHref } from "@/model/links";
import { Copy } from "@/parts/copy";
import { Moment } from "@/parts/moment";
import { Note, Show } from "@/parts/notes";
import { Card, Facts, PageHead } from "@/parts/page";
import { Disposition, EventLink, Replay, RunOf, attribute } from "./parts";

function Asset({ event }: { event: LedgerEvent }) {
  const subject = attribute(event, "subject");
  if (!subject) return null;
  const [asset, key] = subject.split("/", 2);
  return attribute(event, "type")?.startsWith("dev.weir.") ? <a href={windowsHref(asset!, key)}>{subject}</a> : <>{subject}</>;
}

function Whole({ event }: { event: LedgerEvent }) {
  const { route } = useLocation();
  const text = event.event ? JSON.stringify(event.event, null, 2) : (event.raw ?? "");
  return (
    <>
      {event.disposition === "rejected" && event.reason && <Note kind="bad">{event.reason}</Note>}
      <Card title="What became of it" actions={<Replay event={event} onReplayed={(line) => route(eventHref(line.event_id))} />}>
        <Facts
          of={[
            ["Disposition", <><Disposition of={event.disposition} /> <span class="muted">{kDispositions[event.disposition]?.means}</span></>],
            ["Why", event.reason],
            ["Run", event.dag_run_id && <RunOf event={event} />],
            ["Received", <Moment at={event.received_at} />],
            ["By source", event.source],
            ["Position", event.position],
            ["Subject", attribute(event, "subject") && <Asset event={event} />],
            ["Replay of", event.replay_of && <EventLink id={event.replay_of} />],
          ]}
        />
      </Card>
      <Card title={event.event ? "CloudEvent" : "What came, as far as it is kept"} actions={<Copy text={text} what="the event" />}>
        <pre class="code wrap">{text || "Nothing."}</pre>
      </Card>
    </>
  );
}

export default function Event() {
  const { params } = useRoute();
  const event = useApi<LedgerEvent>(address(path("events", params.id!)), (change) => change.kind === "event");
  return (
    <>
      <PageHead title={`Event ${params.id}`} crumbs={[{ href: "/events", text: "Events" }]} />
      <Show of={event}>{(data) => <Whole event={data} />}</Show>
    </>
  );
}
