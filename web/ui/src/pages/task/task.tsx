// One task instance: what it does or waits for, its tries and what each wrote, and what it was told to run.
import { useRoute } from "preact-iso";
import { useEffect, useRef, useState } from "preact/hooks";
import { address, path } from "@/api/client";
import { ofTask } from "@/api/live";
import type { Question, Task, TaskInstance, Try, TryList, Why } from "@/api/types";
import { useApi } from "@/api/use";
import { dagHref, runHref, taskHref } from "@/model/links";
import { useQuery } from "@/model/query";
import { isFinal } from "@/model/states";
import { SelectField } from "@/parts/field";
import { Moment, Took } from "@/parts/moment";
import { Empty, Note, Show } from "@/parts/notes";
import { Card, Facts, PageHead } from "@/parts/page";
import { Reasons } from "@/parts/reasons";
import { RoleButton } from "@/parts/role_button";
import { StateBadge } from "@/parts/state";
import { TaskActions } from "@/parts/task_actions";
import { Views } from "@/parts/views";
import { Answer } from "../approvals/answer";
import { Instances } from "./instances";
import { LogViewer } from "./log";
import { WhatRan } from "./rendered";

/** A log is that of the task, with map_index as a parameter, as Airflow has it. */
const logAddress = (task: TaskInstance, number: number) =>
  address(path("dags", task.dag_id, "dagRuns", task.dag_run_id, "taskInstances", task.task_id, "logs", number), task.map_index >= 0 ? { map_index: task.map_index } : {});

/** The address of the instance, of its parts with `rest`. */
const resource = (task: TaskInstance, ...rest: (string | number)[]) =>
  path("dags", task.dag_id, "dagRuns", task.dag_run_id, "taskInstances", task.task_id, ...(task.map_index >= 0 ? [task.map_index] : []), ...rest);

export default function TaskPage() {
  const { params } = useRoute();
  const dag = params.dag!;
  const run = params.run!;
  const task = params.task!;
  const index = params.index === undefined ? [] : [params.index];
  const instance = useApi<TaskInstance>(address(path("dags", dag, "dagRuns", run, "taskInstances", task, ...index)), ofTask(dag, run, task));
  const crumbs = [
    { href: "/dags", text: "DAGs" },
    { href: dagHref(dag), text: dag },
    { href: runHref(dag, run), text: run },
    ...(index.length > 0 ? [{ href: taskHref(dag, run, task), text: task }] : []),
  ];
  const name = index.length > 0 ? `${task}[${instance.data?.rendered_map_index ?? index[0]}]` : task;
  const known = instance.data?.task_id === task && instance.data.dag_run_id === run ? instance.data : undefined;
  return (
    <>
      <PageHead title={name} crumbs={crumbs} heading={known ? <span class="row">{name} <StateBadge state={known.state} /></span> : name}
        actions={known && <Actions task={known} />} />
      <Show of={{ ...instance, data: known } as typeof instance}>{(one) => <Content key={one.dag_run_id + one.task_id + one.map_index} task={one} />}</Show>
    </>
  );
}

function Actions({ task }: { task: TaskInstance }) {
  return (
    <>
      {task.operator === "approve" && task.state === "deferred" && <Approval task={task} />}
      <TaskActions target={{ dag_id: task.dag_id, run_id: task.dag_run_id, task_id: task.task_id, map_index: task.map_index, state: task.state }} />
    </>
  );
}

/** The task waits for a person. */
function Approval({ task }: { task: TaskInstance }) {
  const [open, setOpen] = useState(false);
  const place = path("dags", task.dag_id, "dagRuns", task.dag_run_id, "taskInstances", task.task_id, task.map_index, "hitlDetails");
  const question = useApi<Question>(address(place), ofTask(task.dag_id, task.dag_run_id, task.task_id));
  return (
    <>
      <RoleButton role="viewer" kind="primary" icon="person" disabled={!question.data} onClick={() => setOpen(true)}>
        Answer
      </RoleButton>
      {open && question.data && <Answer question={{ ...question.data, task_instance: task }} onClose={() => setOpen(false)} onAnswered={() => question.mutate()} />}
    </>
  );
}

function Content({ task }: { task: TaskInstance }) {
  if (task.mapped > 0)
    return (
      <>
        <About task={task} />
        <Instances of={task} />
      </>
    );
  return (
    <>
      <About task={task} />
      <Tries task={task} />
      {task.outputs && (
        <Card title="Outputs">
          <pre class="code wrap">{JSON.stringify(task.outputs, null, 2)}</pre>
        </Card>
      )}
    </>
  );
}

function About({ task }: { task: TaskInstance }) {
  const query = task.map_index >= 0 ? { map_index: task.map_index } : {};
  const why = useApi<Why>(address(path("dags", task.dag_id, "dagRuns", task.dag_run_id, "taskInstances", task.task_id, "why"), query), ofTask(task.dag_id, task.dag_run_id, task.task_id));
  const definition = useApi<Task>(address(path("dags", task.dag_id, "tasks", task.task_id)));
  const links = (ids?: string[]) =>
    ids && ids.length > 0 ? (
      <span class="row">
        {ids.map((id) => (
          <a key={id} href={taskHref(task.dag_id, task.dag_run_id, id)}>
            {id}
          </a>
        ))}
      </span>
    ) : null;
  return (
    <div class="columns">
      <Card title={isFinal(task.state) ? "How it ended" : "What it waits for"}>
        <Show of={why} lines={2}>{(known) => <Reasons of={known} />}</Show>
      </Card>
      <Card title="About it">
        <Facts
          of={[
            ["Started", <Moment at={task.start_date} />],
            ["Took", <Took start={task.start_date} end={task.end_date} />],
            ["Try", task.try_number > 0 && `${task.try_number} of ${task.max_tries + 1}`],
            ["Item", task.item === null ? null : <code>{JSON.stringify(task.item)}</code>],
            ["Operator", task.operator],
            ["Pool", `${task.pool}, ${task.pool_slots} slot${task.pool_slots === 1 ? "" : "s"}`],
            ["Priority", String(task.priority_weight)],
            ["After", links(definition.data?.upstream_task_ids)],
            ["Before", links(definition.data?.downstream_task_ids)],
            ["Rule", definition.data && definition.data.trigger_rule !== "all_success" ? definition.data.trigger_rule : null],
            ["What it is", definition.data?.doc_md],
          ]}
        />
      </Card>
    </div>
  );
}

const wordsOfTry = (attempt: Try): string =>
  `try ${attempt.try_number}: ${attempt.state}${attempt.exit_code ? `, exit code ${attempt.exit_code}` : attempt.signal ? `, signal ${attempt.signal}` : ""}`;

function Tries({ task }: { task: TaskInstance }) {
  const tries = useApi<TryList>(address(resource(task, "tries")), ofTask(task.dag_id, task.dag_run_id, task.task_id));
  const [query, setQuery] = useQuery(); // without a try: the newest
  const view = query.view === "rendered" ? "rendered" : "log";
  // What has begun meanwhile is more than what was looked at before.
  const newest = useRef(task.try_number);
  useEffect(() => {
    if (newest.current !== task.try_number) setQuery({ try: "" });
    newest.current = task.try_number;
  }, [task.try_number]);
  return (
    <Show of={tries}>
      {({ task_instances: all }) => {
        const attempt = all.find((one) => String(one.try_number) === query.try) ?? all.at(-1);
        if (!attempt)
          return (
            <Card title="Log">
              {isFinal(task.state) ? <Empty title="It never started" /> : <Empty title="It has not started yet">Its log appears here while it is written.</Empty>}
            </Card>
          );
        const number = attempt.try_number;
        return (
          <Card flush label="Tries"
            title={<Views label="What of the try is shown" of={[["log", "Log"], ["rendered", "What ran"]]} value={view} onValue={(next) => setQuery({ view: next === "log" ? "" : next })} />}
            actions={
              all.length > 1 ? (
                <SelectField label={<span class="for-screen-readers">Try</span>} value={String(number)} onValue={(value) => setQuery({ try: value })}
                  options={all.map((one) => ({ value: String(one.try_number), text: wordsOfTry(one) }))} />
              ) : (
                <span class="small muted">{wordsOfTry(attempt)}</span>
              )
            }
          >
            {attempt.note && number === task.try_number && task.state !== "success" && <Note kind={task.state === "failed" ? "bad" : "plain"}>{attempt.note}</Note>}
            {view === "log" ? (
              <LogViewer key={number} url={logAddress(task, number)} name={`${task.dag_id}.${task.task_id}.${number}.log`} />
            ) : (
              <WhatRan url={address(resource(task, "tries", number, "rendered"))} />
            )}
          </Card>
        );
      }}
    </Show>
  );
}
