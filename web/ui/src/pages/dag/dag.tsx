// One DAG: its head, and a tab for each way to look at it.
import { useRoute } from "preact-iso";
import { useState } from "preact/hooks";
import { address, change, path } from "@/api/client";
import { ofDag } from "@/api/live";
import type { DagDetails, ImportErrorList, RunList } from "@/api/types";
import { useApi } from "@/api/use";
import { dagHref, runHref } from "@/model/links";
import { DagZoneProvider } from "@/model/preferences";
import { wordsOfSchedule } from "@/model/schedule";
import { BackfillList } from "@/parts/backfill_list";
import { Icon } from "@/parts/icon";
import { Ago } from "@/parts/moment";
import { Note, Show } from "@/parts/notes";
import { PageHead, Tabs } from "@/parts/page";
import { RoleButton } from "@/parts/role_button";
import { RunsList } from "@/parts/runs_list";
import { StateBadge } from "@/parts/state";
import { attempt } from "@/parts/toasts";
import { TriggerDialog } from "@/parts/trigger_dialog";
import NotFound from "../not_found";
import { Calendar } from "./calendar";
import { Code } from "./code";
import { Details } from "./details";
import { DagGraph } from "./graph";
import { Grid } from "./grid";
import { NextRuns } from "./next_runs";
import { DagTimeline } from "./timeline";

const kTabs: { tab: string; text: string; content: (dag: DagDetails) => preact.ComponentChildren }[] = [
  { tab: "", text: "Grid", content: (dag) => <Grid dag_id={dag.dag_id} /> },
  { tab: "graph", text: "Graph", content: (dag) => <DagGraph dag_id={dag.dag_id} /> },
  { tab: "timeline", text: "Timeline", content: (dag) => <DagTimeline dag_id={dag.dag_id} /> },
  { tab: "runs", text: "Runs", content: (dag) => <RunsList dag_id={dag.dag_id} concerns={ofDag(dag.dag_id)} /> },
  { tab: "calendar", text: "Calendar", content: (dag) => <Calendar dag_id={dag.dag_id} /> },
  { tab: "next", text: "Next runs", content: (dag) => <NextRuns dag={dag} /> },
  { tab: "backfills", text: "Backfills", content: (dag) => <BackfillList dag_id={dag.dag_id} /> },
  { tab: "code", text: "Code", content: (dag) => <Code dag={dag} /> },
  { tab: "details", text: "Details", content: (dag) => <Details dag={dag} /> },
];

export default function DagPage() {
  const { params } = useRoute();
  const dag_id = params.dag!;
  const details = useApi<DagDetails>(address(path("dags", dag_id, "details")), (change) => change.kind === "catalog" || ofDag(dag_id)(change));
  // What was read before may be another DAG's: it does not stay on the screen of this one.
  const dag = details.data?.dag_id === dag_id ? details.data : undefined;
  const tab = kTabs.find((one) => one.tab === (params.tab ?? ""));
  if (!tab) return <NotFound />;
  if (!dag)
    return (
      <>
        <PageHead title={dag_id} crumbs={[{ href: "/dags", text: "DAGs" }]} />
        <Show of={{ ...details, data: undefined } as typeof details}>{() => null}</Show>
      </>
    );
  return (
    <DagZoneProvider value={dag.timezone}>
      <Head dag={dag} onChange={() => details.mutate()} />
      {dag.has_import_errors && tab.tab !== "code" && <FileErrors dag={dag} />}
      <Tabs label="Views of the DAG" current={dagHref(dag_id, tab.tab)} tabs={kTabs.map((one) => ({ href: dagHref(dag_id, one.tab), text: one.text }))} />
      {tab.content(dag)}
    </DagZoneProvider>
  );
}

function Head({ dag, onChange }: { dag: DagDetails; onChange: () => unknown }) {
  const [triggering, setTriggering] = useState(false);
  const last = useApi<RunList>(address(path("dags", dag.dag_id, "dagRuns"), { limit: 1, order_by: "-run_after" }), ofDag(dag.dag_id)).data?.dag_runs[0];
  const pause = () =>
    attempt(`${dag.dag_id} ${dag.is_paused ? "goes on" : "is paused"}`, async () => {
      await change("PATCH", path("dags", dag.dag_id), { is_paused: !dag.is_paused });
      await onChange();
    });
  return (
    <>
      <PageHead title={dag.dag_display_name} crumbs={[{ href: "/dags", text: "DAGs" }]}
        heading={
          <>
            {dag.dag_display_name} {dag.is_paused && <span class="badge" data-state="paused">paused</span>}
            {dag.is_stale && <span class="badge" data-state="removed">its file is gone</span>}
          </>
        }
        actions={
          <>
            <RoleButton role="user" icon={dag.is_paused ? "play" : "pause"} onClick={pause}>
              {dag.is_paused ? "Resume" : "Pause"}
            </RoleButton>
            <RoleButton role="user" kind="primary" icon="play" disabled={dag.is_stale} onClick={() => setTriggering(true)}>
              Trigger
            </RoleButton>
          </>
        }>
        {dag.description && <p>{dag.description}</p>}
        <div class="head-facts">
          <span title={dag.timetable_description ?? undefined}>
            <Icon name="clock" size={14} /> {wordsOfSchedule(dag.timetable_description)}
          </span>
          {last && (
            <span>
              last run{" "}
              <a href={runHref(dag.dag_id, last.dag_run_id)}>
                <StateBadge state={last.state} />
              </a>{" "}
              <Ago at={last.start_date ?? last.queued_at} />
            </span>
          )}
          {!dag.is_paused && dag.next_dagrun_run_after && (
            <span>
              next <Ago at={dag.next_dagrun_run_after} />
            </span>
          )}
          {dag.owners.length > 0 && (
            <span>
              <Icon name="person" size={14} /> {dag.owners.join(", ")}
            </span>
          )}
          {dag.tags.map((tag) => (
            <a key={tag.name} class="tag" href={"/dags?" + new URLSearchParams({ tag: tag.name }).toString()}>
              {tag.name}
            </a>
          ))}
        </div>
      </PageHead>
      {triggering && <TriggerDialog dag_id={dag.dag_id} onClose={() => setTriggering(false)} />}
    </>
  );
}

function FileErrors({ dag }: { dag: DagDetails }) {
  const { data } = useApi<ImportErrorList>(address("/importErrors", { limit: 1000 }), (change) => change.kind === "catalog");
  const faults = data?.import_errors.filter((error) => error.filename === dag.fileloc).flatMap((error) => error.diagnostics) ?? [];
  return (
    <Note kind="bad">
      <strong>Its file has errors</strong>; the version that was good before is in force. <a href={dagHref(dag.dag_id, "code")}>Show them in the file</a>
      {faults.slice(0, 3).map((fault, i) => (
        <p key={i} class="mono">
          {fault.file}:{fault.line}:{fault.column}: {fault.message}
        </p>
      ))}
    </Note>
  );
}
