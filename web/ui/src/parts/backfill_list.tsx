// Backfills with how far each has come, of one DAG or of all.
import { useState } from "preact/hooks";
import { address, change, path } from "@/api/client";
import { ofKind } from "@/api/live";
import type { Backfill, BackfillList as Answer } from "@/api/types";
import { useApi } from "@/api/use";
import { dagHref } from "@/model/links";
import { BackfillDialog } from "./backfill_dialog";
import { Ago, Moment } from "./moment";
import { Empty, Show } from "./notes";
import { Card } from "./page";
import { RoleButton } from "./role_button";
import { StateBadge } from "./state";
import { type Column, Pager, Table } from "./table";
import { attempt } from "./toasts";

const kLimit = 50;
const kConcerns = ofKind("backfill", "run");
const kOrder = ["success", "failed", "running", "queued"] as const;

function Progress({ of: backfill }: { of: Backfill }) {
  const whole = Math.max(1, backfill.total_runs);
  const counts = kOrder.map((state) => [state, backfill.runs[state] ?? 0] as const).filter(([, count]) => count > 0);
  const words = counts.map(([state, count]) => `${count} ${state}`).join(", ");
  return (
    <div>
      <div class="progress" role="img" aria-label={`${backfill.made_runs} of ${backfill.total_runs} runs made${words && ": " + words}`}>
        {counts.map(([state, count]) => (
          <span key={state} data-state={state} style={{ width: `${(100 * count) / whole}%` }} />
        ))}
      </div>
      <span class="small muted">
        {backfill.made_runs} of {backfill.total_runs} made{words && ` · ${words}`}
      </span>
    </div>
  );
}

export function BackfillList({ dag_id }: { dag_id?: string }) {
  const [offset, setOffset] = useState(0);
  const [making, setMaking] = useState(false);
  const list = useApi<Answer>(address("/backfills", { dag_id, limit: kLimit, offset }), kConcerns);
  const act = (backfill: Backfill, what: "pause" | "unpause" | "cancel", words: string) =>
    attempt(`The backfill of ${backfill.dag_id} ${words}`, async () => {
      await change("PUT", path("backfills", backfill.id, what));
      await list.mutate();
    });
  const columns: Column<Backfill>[] = [
    ...(dag_id === undefined ? [{ head: "DAG", cell: (one: Backfill) => <a href={dagHref(one.dag_id)}>{one.dag_id}</a> }] : []),
    {
      head: "Dates",
      cell: (one) => (
        <>
          <Moment at={one.from_date} seconds={false} /> to <Moment at={one.to_date} seconds={false} />
          {one.run_backwards && <span class="tag">newest first</span>}
          <div class="small muted">
            <a href={dagHref(one.dag_id, "runs") + `?backfill=${one.id}`}>its runs</a>
            {one.triggering_user_name && ` · by ${one.triggering_user_name}`}
          </div>
        </>
      ),
    },
    { head: "State", cell: (one) => <StateBadge state={one.state} /> },
    { head: "Progress", cell: (one) => <Progress of={one} /> },
    { head: "Made", cell: (one) => <Ago at={one.created_at} /> },
    {
      head: <span class="for-screen-readers">What to do</span>,
      right: true,
      cell: (one) =>
        one.completed_at === null && (
          <span class="row">
            <RoleButton role="user" small onClick={() => (one.is_paused ? act(one, "unpause", "goes on") : act(one, "pause", "is paused"))}>
              {one.is_paused ? "Resume" : "Pause"}
            </RoleButton>
            <RoleButton role="user" small kind="danger" onClick={() => act(one, "cancel", "is cancelled")}>
              Cancel
            </RoleButton>
          </span>
        ),
    },
  ];
  return (
    <Card flush title="Backfills"
      actions={
        dag_id !== undefined && (
          <RoleButton role="user" small icon="plus" onClick={() => setMaking(true)}>
            New backfill
          </RoleButton>
        )
      }>
      <Show of={list}>
        {({ backfills, total_entries }) =>
          backfills.length === 0 ? (
            <Empty title="No backfill yet">A backfill runs the dates of a range after the fact, a few at a time. It is made on the page of its DAG.</Empty>
          ) : (
            <>
              <Table label="Backfills" rows={backfills} columns={columns} rowKey={(one) => one.id} />
              <Pager offset={offset} limit={kLimit} total={total_entries} onOffset={setOffset} />
            </>
          )
        }
      </Show>
      {making && dag_id !== undefined && <BackfillDialog dag_id={dag_id} onClose={() => setMaking(false)} onMade={() => list.mutate()} />}
    </Card>
  );
}
