import { useState } from "preact/hooks";
import { address } from "@/api/client";
import { ofKind } from "@/api/live";
import type { Notification, NotificationList } from "@/api/types";
import { useApi } from "@/api/use";
import { runHref, taskHref } from "@/model/links";
import { useQuery } from "@/model/query";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";
import { SelectField } from "@/parts/field";
import { Ago, Moment } from "@/parts/moment";
import { Empty, Show } from "@/parts/notes";
import { Card, Facts, PageHead } from "@/parts/page";
import { type Column, Pager, Table } from "@/parts/table";
import { TypedField } from "@/parts/typed_field";

const kLimit = 50;
const kStates = ["pending", "sent", "failed"];
const kColours: Record<string, string> = { sent: "success" };

const subject = (one: Notification) => (
  <>
    <a href={one.task_id ? taskHref(one.dag_id, one.dag_run_id, one.task_id, one.map_index) : runHref(one.dag_id, one.dag_run_id)}>
      {one.dag_id}
      {one.task_id && ` · ${one.task_id}`}
    </a>
    <div class="small muted">{one.dag_run_id}</div>
  </>
);

function State({ of }: { of: string }) {
  return (
    <span class="badge" data-state={kColours[of] ?? of}>
      <span class="dot" />
      {of}
    </span>
  );
}

function Details({ of, onClose }: { of: Notification; onClose: () => void }) {
  return (
    <Dialog title={`Notification ${of.notification_id}`} onClose={onClose} wide>
      <Facts
        of={[
          ["About", subject(of)],
          ["Tells of", of.event],
          ["To", of.notifier ?? "a script beside it"],
          ["State", <State of={of.state} />],
          ["Attempts", of.attempts],
          ["Made", <Moment at={of.created_at} />],
          ["Ended", of.end_date && <Moment at={of.end_date} />],
          ["Why", of.reason],
        ]}
      />
      <pre class="code wrap">{JSON.stringify(of.message, null, 2)}</pre>
    </Dialog>
  );
}

export default function Notifications() {
  const [{ dag = "", state = "", offset: at }, setQuery] = useQuery();
  const offset = Number(at) || 0;
  const [open, setOpen] = useState<Notification | null>(null);
  const list = useApi<NotificationList>(
    address("/notifications", { dag_id: dag, state, limit: kLimit, offset }),
    ofKind("notification"),
  );
  const columns: Column<Notification>[] = [
    { head: "About", cell: subject },
    { head: "Tells of", cell: (one) => one.event },
    { head: "To", cell: (one) => one.notifier ?? <span class="muted">script</span> },
    {
      head: "State",
      cell: (one) => (
        <>
          <State of={one.state} />
          {one.attempts > 1 && <span class="small muted"> {one.attempts} attempts</span>}
          {one.reason && <div class="small source-problem">{one.reason}</div>}
        </>
      ),
    },
    { head: "When", cell: (one) => <Ago at={one.created_at} /> },
    {
      head: <span class="for-screen-readers">More</span>,
      right: true,
      cell: (one) => (
        <Button small kind="quiet" icon="more" label={`The message of notification ${one.notification_id}`} onClick={() => setOpen(one)} />
      ),
    },
  ];
  const filtered = dag !== "" || state !== "";
  return (
    <>
      <PageHead title="Notifications">
        <p>Who was told of what, and what could not be delivered.</p>
      </PageHead>
      <div class="filters">
        <TypedField label="DAG" value={dag} onValue={(value) => setQuery({ dag: value, offset: "" })} placeholder="its id" />
        <SelectField label="State" value={state} onValue={(value) => setQuery({ state: value, offset: "" })}
          options={[{ value: "", text: "all" }, ...kStates.map((one) => ({ value: one, text: one }))]} />
      </div>
      <Card flush label="Notifications">
        <Show of={list}>
          {({ notifications, total_entries }) =>
            notifications.length === 0 ? (
              <Empty title={filtered ? "None is like that" : "Nobody had to be told of anything"}>
                {!filtered && (
                  <>
                    A DAG or a task says with <code>on_failure</code> whom to tell; notifiers stand in <code>weir.yaml</code>.
                  </>
                )}
              </Empty>
            ) : (
              <>
                <Table label="Notifications" rows={notifications} columns={columns} rowKey={(one) => one.notification_id} />
                <Pager offset={offset} limit={kLimit} total={total_entries} onOffset={(next) => setQuery({ offset: next ? String(next) : "" })} />
              </>
            )
          }
        </Show>
      </Card>
      {open && <Details of={open} onClose={() => setOpen(null)} />}
    </>
  );
}
