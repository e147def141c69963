// Runs a range of logical dates after the fact: which dates that would be is shown before it begins.
import { useEffect, useState } from "preact/hooks";
import { ApiError, address, change, path } from "@/api/client";
import type { Backfill, DagDetails } from "@/api/types";
import { useApi } from "@/api/use";
import { type Values, defaultsOf } from "@/model/params";
import { useZone } from "@/model/preferences";
import { momentAt } from "@/model/zone";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { CheckField, SelectField, TextField } from "./field";
import { Moment } from "./moment";
import { ErrorNote } from "./notes";
import { SchemaForm } from "./schema_form";
import { toast } from "./toasts";

const kShown = 100;
const kMostAtOnce = 1000;
const kReprocess = [
  { value: "none", text: "only dates without a run" },
  { value: "failed", text: "and those whose run failed" },
  { value: "completed", text: "all of them again" },
];

interface Dates {
  backfills: { logical_date: string }[];
  total_entries: number;
}

export function BackfillDialog({ dag_id, onClose, onMade }: { dag_id: string; onClose: () => void; onMade: () => unknown }) {
  const zone = useZone();
  const details = useApi<DagDetails>(address(path("dags", dag_id, "details")));
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [reprocess, setReprocess] = useState("none");
  const [backwards, setBackwards] = useState(false);
  const [atOnce, setAtOnce] = useState("10");
  const [values, setValues] = useState<Values | null>(null);
  const [dates, setDates] = useState<Dates | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const params = details.data?.params ?? {};
  const body = from && to && Number(atOnce) > 0 ? {
    dag_id,
    from_date: momentAt(from, zone),
    to_date: momentAt(to, zone),
    reprocess_behavior: reprocess,
    run_backwards: backwards,
    max_active_runs: Math.min(kMostAtOnce, Number(atOnce)),
    ...(values && { dag_run_conf: values }),
  } : null;
  const asked = JSON.stringify(body);
  useEffect(() => {
    let current = true;
    setDates(null);
    setError(null);
    if (!body) return;
    change<Dates>("POST", "/backfills/dry_run", body).then(
      (answer) => current && setDates(answer),
      (failure: ApiError) => current && setError(failure),
    );
    return () => void (current = false);
  }, [asked]);
  const make = async () => {
    try {
      await change<Backfill>("POST", "/backfills", body);
      toast("good", `The backfill of ${dag_id} begins`);
      onClose();
      await onMade();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(failure);
    }
  };
  return (
    <Dialog title={`Backfill ${dag_id}`} onClose={onClose} onSubmit={make}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" icon="backfill" type="submit" disabled={!dates || dates.total_entries === 0}>
            {dates ? `Make ${dates.total_entries.toLocaleString("en")} run${dates.total_entries === 1 ? "" : "s"}` : "Begin"}
          </Button>
        </>
      }>
      <div class="form-pair">
        <TextField label="From" type="datetime-local" required value={from} onValue={setFrom} hint={`logical date, in ${zone}`} />
        <TextField label="To" type="datetime-local" required value={to} onValue={setTo} hint="included" />
      </div>
      <div class="form-pair">
        <SelectField label="Which dates" value={reprocess} onValue={setReprocess} options={kReprocess} />
        <TextField label="Runs at once" type="number" min={1} max={kMostAtOnce} value={atOnce} onValue={setAtOnce} />
      </div>
      <CheckField label="The newest first" checked={backwards} onChecked={setBackwards} />
      {Object.keys(params).length > 0 && (
        <details>
          <summary>Params</summary>
          <SchemaForm params={params} value={values ?? defaultsOf(params)} onValue={setValues} />
        </details>
      )}
      {error && <ErrorNote error={error} />}
      {dates && (
        <div>
          <h3>{dates.total_entries === 0 ? "No date of the schedule lies in this range" : "These dates would run, in this order"}</h3>
          <ul class="affected" tabIndex={0} aria-label="Dates">
            {dates.backfills.slice(0, kShown).map((date) => (
              <li key={date.logical_date}>
                <Moment at={date.logical_date} seconds={false} />
              </li>
            ))}
            {dates.total_entries > kShown && <li class="muted">and {(dates.total_entries - kShown).toLocaleString("en")} more</li>}
          </ul>
        </div>
      )}
    </Dialog>
  );
}
