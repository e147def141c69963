// One run: who or what made it, what it does or waits for, and its tasks.
import { useRoute } from "preact-iso";
import { useState } from "preact/hooks";
import { address, change, path } from "@/api/client";
import { ofRun } from "@/api/live";
import type { DagDetails, Run, Why } from "@/api/types";
import { useApi } from "@/api/use";
import { wordsOfCause } from "@/model/cause";
import { dagHref, runHref, windowsHrefOf } from "@/model/links";
import { DagZoneProvider } from "@/model/preferences";
import { isFinal } from "@/model/states";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";
import { Field } from "@/parts/field";
import { Ago, Moment, Took } from "@/parts/moment";
import { Note, Show } from "@/parts/notes";
import { Card, Facts, PageHead, Tabs } from "@/parts/page";
import { Reasons } from "@/parts/reasons";
import { RoleButton } from "@/parts/role_button";
import { StateBadge } from "@/parts/state";
import { TaskActions } from "@/parts/task_actions";
import { attempt } from "@/parts/toasts";
import { TriggerDialog } from "@/parts/trigger_dialog";
import { Graph } from "../dag/graph";
import NotFound from "../not_found";
import { Tasks } from "./tasks";
import { Timeline } from "./timeline";

const kTabs: { tab: string; text: string; content: (run: Run) => preact.ComponentChildren }[] = [
  { tab: "", text: "Tasks", content: (run) => <Tasks run={run} /> },
  { tab: "graph", text: "Graph", content: (run) => <Graph dag_id={run.dag_id} run_id={run.dag_run_id} /> },
  { tab: "timeline", text: "Timeline", content: (run) => <Timeline run={run} /> },
  { tab: "details", text: "Details", content: (run) => <Details run={run} /> },
];

export default function RunPage() {
  const { params } = useRoute();
  const dag_id = params.dag!;
  const run_id = params.run!;
  const [again, setAgain] = useState(false);
  const answer = useApi<Run>(address(path("dags", dag_id, "dagRuns", run_id)), ofRun(dag_id, run_id));
  const dag = useApi<DagDetails>(address(path("dags", dag_id, "details")));
  const run = answer.data?.dag_run_id === run_id && answer.data.dag_id === dag_id ? answer.data : undefined;
  const tab = kTabs.find((one) => one.tab === (params.tab ?? ""));
  const crumbs = [
    { href: "/dags", text: "DAGs" },
    { href: dagHref(dag_id), text: dag_id },
  ];
  if (!tab) return <NotFound />;
  if (!run)
    return (
      <>
        <PageHead title={run_id} crumbs={crumbs} />
        <Show of={{ ...answer, data: undefined } as typeof answer}>{() => null}</Show>
      </>
    );
  return (
    <DagZoneProvider value={dag.data?.timezone ?? null}>
      <PageHead title={`${dag_id} ${run_id}`} crumbs={crumbs}
        heading={
          <span class="row">
            {run_id} <StateBadge state={run.state} />
          </span>
        }
        actions={
          <>
            <RoleButton role="user" icon="play" onClick={() => setAgain(true)}>
              With other params
            </RoleButton>
            <TaskActions target={{ dag_id, run_id, state: run.state }} />
          </>
        }>
        <Line run={run} />
      </PageHead>
      <Corrected run={run} />
      <Waits run={run} />
      <Tabs label="Views of the run" current={runHref(dag_id, run_id, tab.tab)} tabs={kTabs.map((one) => ({ href: runHref(dag_id, run_id, one.tab), text: one.text }))} />
      {tab.content(run)}
      {again && <TriggerDialog dag_id={dag_id} again={run} onClose={() => setAgain(false)} />}
    </DagZoneProvider>
  );
}

/** What it is, in one line. */
function Line({ run }: { run: Run }) {
  return (
    <div class="head-facts">
      <span>{wordsOfCause(run)}</span>
      {run.logical_date && (
        <span>
          for <Moment at={run.logical_date} seconds={false} />
        </span>
      )}
      <span>
        {run.start_date ? "started" : "queued"} <Ago at={run.start_date ?? run.queued_at} />
      </span>
      {run.start_date && (
        <span>
          {run.end_date ? "took" : "for"} <Took start={run.start_date} end={run.end_date} />
        </span>
      )}
    </div>
  );
}

/** Its windows were corrected after it began. */
function Corrected({ run }: { run: Run }) {
  if (run.rerun_at)
    return (
      <Note kind="warn">
        Its windows were corrected: it runs again <Ago at={run.rerun_at} />, or when it has ended.
      </Note>
    );
  if (run.stale_since)
    return (
      <Note kind="warn">
        Its windows were corrected <Ago at={run.stale_since} />, after it had read them. Clear it to run it again.
      </Note>
    );
  return null;
}

function Waits({ run }: { run: Run }) {
  const why = useApi<Why>(address(path("dags", run.dag_id, "dagRuns", run.dag_run_id, "why")), ofRun(run.dag_id, run.dag_run_id));
  return (
    <Card title={isFinal(run.state) ? "How it ended" : "What it waits for"}>
      <Show of={why} lines={2}>{(known) => <Reasons of={known} />}</Show>
    </Card>
  );
}

function Details({ run }: { run: Run }) {
  const [editing, setEditing] = useState(false);
  const assets = run.cause?.kind === "windows" ? run.cause.assets : [];
  return (
    <div class="columns">
      <Card title="The run">
        <Facts
          of={[
            ["Made", wordsOfCause(run)],
            ["By", run.triggering_user_name],
            ["Logical date", run.logical_date && <Moment at={run.logical_date} />],
            ["Data from", run.data_interval_start && <Moment at={run.data_interval_start} />],
            ["up to", run.data_interval_end && <Moment at={run.data_interval_end} />],
            ["Queued", <Moment at={run.queued_at} />],
            ["Started", <Moment at={run.start_date} />],
            ["Ended", <Moment at={run.end_date} />],
            ["DAG version", run.dag_versions.map((version) => version.version_number).join(", ")],
            ["Again, of", run.restart_of && <a href={runHref(run.dag_id, run.restart_of)}>{run.restart_of}</a>],
            ["Backfill", run.backfill_id && <a href="/backfills">{run.backfill_id}</a>],
            ["Windows of", assets.length > 0 && assets.map((asset) => <a href={windowsHrefOf(asset)}>{asset} </a>)],
            ["Events", run.cause && <a href={"/events?" + new URLSearchParams({ dag_id: run.dag_id, run_id: run.dag_run_id }).toString()}>those that made it</a>],
          ]}
        />
      </Card>
      <Card title="Params">
        <pre class="code wrap">{JSON.stringify(run.conf ?? {}, null, 2)}</pre>
      </Card>
      {run.cause && (
        <Card title="What made it">
          <pre class="code wrap">{JSON.stringify(run.cause, null, 2)}</pre>
        </Card>
      )}
      <Card title="Note"
        actions={
          <RoleButton role="user" small onClick={() => setEditing(true)}>
            {run.note ? "Change" : "Write one"}
          </RoleButton>
        }>
        {run.note ? <p class="note-text">{run.note}</p> : <p class="muted">Nobody has noted anything.</p>}
      </Card>
      {editing && <NoteDialog run={run} onClose={() => setEditing(false)} />}
    </div>
  );
}

function NoteDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const [note, setNote] = useState(run.note ?? "");
  const keep = async () => {
    if (await attempt("The note is kept", () => change("PATCH", path("dags", run.dag_id, "dagRuns", run.dag_run_id), { note }))) onClose();
  };
  return (
    <Dialog title="Note" onClose={onClose} onSubmit={keep}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit">
            Keep
          </Button>
        </>
      }>
      <Field label="For those who come after">
        {(ids) => <textarea {...(ids as object)} rows={4} maxLength={1000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />}
      </Field>
    </Dialog>
  );
}
