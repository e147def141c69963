// What waits for a person, the longest first.
import { useState } from "preact/hooks";
import { address } from "@/api/client";
import { ofKind } from "@/api/live";
import type { Question, QuestionList, Role } from "@/api/types";
import { useApi } from "@/api/use";
import { dagHref, runHref, taskHref } from "@/model/links";
import { kRoles, useSession } from "@/model/session";
import { Button } from "@/parts/button";
import { Ago } from "@/parts/moment";
import { Empty, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { Answer } from "./answer";

const kConcerns = ofKind("hitl", "task", "run");
const keyOf = ({ task_instance: task }: Question) => [task.dag_id, task.dag_run_id, task.task_id, task.map_index].join("\n");

/** Why this person may not answer, or null. */
export function refusalOf(question: Question, may: (role: Role) => boolean): string | null {
  // Of the roles that the task names the least one is enough, and viewer may be among them.
  const named = question.assigned_roles.filter((role): role is Role => (kRoles as readonly string[]).includes(role));
  const roles: Role[] = named.length > 0 ? named : ["user"];
  return roles.some(may) ? null : `Answering this needs the role ${roles.join(" or ")}`;
}

function Row({ question, onAnswer }: { question: Question; onAnswer: () => void }) {
  const { may } = useSession();
  const task = question.task_instance;
  const refusal = refusalOf(question, may);
  return (
    <li class="approval">
      <div class="approval-words">
        <p class="approval-subject">{question.subject ?? task.task_id}</p>
        <p class="small muted">
          <a href={dagHref(task.dag_id)}>{task.dag_id}</a> · <a href={runHref(task.dag_id, task.dag_run_id)}>{task.dag_run_id}</a> ·{" "}
          <a href={taskHref(task.dag_id, task.dag_run_id, task.task_id, task.map_index)}>
            {task.task_id}
            {task.map_index >= 0 && `[${task.rendered_map_index ?? task.map_index}]`}
          </a>
        </p>
        <p class="small muted">
          waits since <Ago at={question.created_at} />
          {question.assigned_roles.length > 0 && ` · for ${question.assigned_roles.join(", ")}`}
          {question.defaults?.[0] && ` · at its timeout: ${question.defaults[0].toLowerCase()}`}
        </p>
      </div>
      <Button kind="primary" disabled={refusal !== null} title={refusal ?? undefined} onClick={onAnswer}>
        Answer
      </Button>
    </li>
  );
}

export default function Approvals() {
  const questions = useApi<QuestionList>(address("/dags/~/dagRuns/~/hitlDetails", { limit: 200 }), kConcerns);
  const [open, setOpen] = useState<Question | null>(null);
  return (
    <>
      <PageHead title="Approvals">
        <p>Tasks that wait for a person. While they wait they hold no process and no slot.</p>
      </PageHead>
      <Card flush label="Approvals">
        <Show of={questions}>
          {({ hitl_details }) => {
            const waiting = hitl_details.filter((question) => !question.response_received);
            return waiting.length === 0 ? (
              <Empty title="Nobody is waited for">
                A task with <code>approve</code> appears here when it asks.
              </Empty>
            ) : (
              <ul>
                {waiting.map((question) => (
                  <Row key={keyOf(question)} question={question} onAnswer={() => setOpen(question)} />
                ))}
              </ul>
            );
          }}
        </Show>
      </Card>
      {open && <Answer question={open} onClose={() => setOpen(null)} onAnswered={() => questions.mutate()} />}
    </>
  );
}
