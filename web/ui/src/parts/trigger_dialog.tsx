// Starts a run by hand: its params as a form or as JSON.
import { useLocation } from "preact-iso";
import { useRef, useState } from "preact/hooks";
import { ApiError, address, change, path } from "@/api/client";
import type { DagDetails, Run } from "@/api/types";
import { useApi } from "@/api/use";
import { runHref } from "@/model/links";
import { type Faults, type Values, defaultsOf, faultsBelow, faultsOf } from "@/model/params";
import { useZone } from "@/model/preferences";
import { momentAt } from "@/model/zone";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Field, TextField } from "./field";
import { ErrorNote, Show } from "./notes";
import { SchemaForm } from "./schema_form";
import { toast } from "./toasts";

/** crypto.randomUUID is only there over HTTPS and on localhost. */
const newKey = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** `again`: the run whose params the form begins with. */
export function TriggerDialog({ dag_id, again, onClose }: { dag_id: string; again?: Run; onClose: () => void }) {
  const details = useApi<DagDetails>(address(path("dags", dag_id, "details")));
  return details.data ? (
    <TriggerForm dag={details.data} again={again} onClose={onClose} />
  ) : (
    <Dialog title={`Trigger ${dag_id}`} onClose={onClose}>
      <Show of={details}>{() => null}</Show>
    </Dialog>
  );
}

function TriggerForm({ dag, again, onClose }: { dag: DagDetails; again?: Run; onClose: () => void }) {
  const { route } = useLocation();
  const zone = useZone();
  const hasParams = Object.keys(dag.params).length > 0;
  // One key for as long as this dialog is open: however often it is sent, one run comes of it.
  const key = useRef(newKey());
  const [values, setValues] = useState<Values>(() => ({ ...defaultsOf(dag.params), ...(again?.conf ?? {}) }));
  const [asJson, setAsJson] = useState<string | null>(null);
  const [date, setDate] = useState("");
  const [note, setNote] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const [faults, setFaults] = useState<Faults>({});
  const [sending, setSending] = useState(false);
  const parsed = asJson === null ? values : parse(asJson);
  const send = async () => {
    if (sending || parsed === null) return;
    const wrong = faultsOf(dag.params, parsed);
    setFaults(wrong);
    setError(null);
    if (Object.keys(wrong).length > 0) return setAsJson(null), setValues(parsed);
    setSending(true);
    try {
      const body = { conf: parsed, ...(date && { logical_date: momentAt(date, zone) }), ...(note && { note }), ...(again && { restart_of: again.dag_run_id }) };
      const run = await change<Run>("POST", path("dags", dag.dag_id, "dagRuns"), body, { "Idempotency-Key": key.current });
      toast("good", `${dag.dag_id} was triggered`);
      onClose();
      route(runHref(dag.dag_id, run.dag_run_id));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setFaults(faultsBelow(failure, "conf"));
      setError(failure);
      setSending(false);
      // What was refused made no run: what is sent next is another request. Of a gateway's 502 nobody knows.
      if (failure.status >= 400 && failure.status < 500) key.current = newKey();
    }
  };
  const toggle = () => {
    if (asJson === null) setAsJson(JSON.stringify(values, null, 2));
    else if (parsed) {
      setValues(parsed);
      setAsJson(null);
    }
  };
  return (
    <Dialog title={`Trigger ${dag.dag_id}`} onClose={onClose} onSubmit={send}
      actions={
        <>
          {hasParams && (
            <span class="dialog-foot-start">
              <Button kind="quiet" icon="code" onClick={toggle} disabled={parsed === null}>
                {asJson === null ? "As JSON" : "As a form"}
              </Button>
            </span>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" icon="play" type="submit" disabled={sending || parsed === null}>
            Trigger
          </Button>
        </>
      }>
      {dag.is_paused && <p class="muted">The DAG is paused. A run by hand is queued, and starts when it goes on.</p>}
      {again && <p class="muted">Begins with the params of {again.dag_run_id}, and is kept as a restart of it.</p>}
      {hasParams && asJson === null && <SchemaForm params={dag.params} value={values} onValue={setValues} faults={faults} />}
      {asJson !== null && (
        <Field label="Params as JSON" fault={parsed === null ? "is no JSON object" : null}>
          {(ids) => <textarea {...(ids as object)} rows={12} spellcheck={false} value={asJson} onInput={(event) => setAsJson(event.currentTarget.value)} />}
        </Field>
      )}
      <div class="form-pair">
        <TextField label="Logical date" type="datetime-local" value={date} onValue={setDate} hint={`in ${zone}; without one: now`} />
        <TextField label="Note" value={note} onValue={setNote} maxLength={1000} autoComplete="off" hint="why, for those who come after" />
      </div>
      {error && <ErrorNote error={error} />}
    </Dialog>
  );
}

function parse(text: string): Values | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : null;
  } catch {
    return null;
  }
}
