import { useState } from "preact/hooks";
import { ApiError, change, path } from "@/api/client";
import type { Question } from "@/api/types";
import { type Faults, defaultsOf, faultsBelow, faultsOf } from "@/model/params";
import { Button } from "@/parts/button";
import { Dialog } from "@/parts/dialog";
import { Field } from "@/parts/field";
import { ErrorNote } from "@/parts/notes";
import { SchemaForm } from "@/parts/schema_form";
import { toast } from "@/parts/toasts";

/** The daemon's limit. */
const kLongestNote = 1000;

/** What is asked, the form that goes with it, and the two answers. */
export function Answer({ question, onClose, onAnswered }: { question: Question; onClose: () => void; onAnswered: () => unknown }) {
  const task = question.task_instance;
  const [values, setValues] = useState(() => defaultsOf(question.params));
  const [note, setNote] = useState("");
  const [faults, setFaults] = useState<Faults>({});
  const [error, setError] = useState<ApiError | null>(null);
  const answer = async (option: "Approve" | "Reject") => {
    const found = option === "Approve" ? faultsOf(question.params, values) : {};
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    try {
      const place = path("dags", task.dag_id, "dagRuns", task.dag_run_id, "taskInstances", task.task_id, task.map_index, "hitlDetails");
      await change("PATCH", place, { chosen_options: [option], params_input: option === "Approve" ? values : {}, note });
      toast("good", `${task.task_id} is ${option === "Approve" ? "approved" : "rejected"}`);
      onClose();
      await onAnswered();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setFaults(faultsBelow(failure, "params_input"));
      setError(failure);
    }
  };
  const fields = Object.keys(question.params).length > 0;
  return (
    <Dialog title={`${task.dag_id} · ${task.task_id}`} onClose={onClose}
      actions={
        <>
          <Button kind="danger" icon="cross" onClick={() => answer("Reject")}>
            Reject
          </Button>
          <Button kind="primary" icon="check" onClick={() => answer("Approve")}>
            Approve
          </Button>
        </>
      }
    >
      <p class="approval-subject">{question.subject ?? "Go on?"}</p>
      {fields && <SchemaForm params={question.params} value={values} onValue={setValues} faults={faults} />}
      <Field label="Note" hint="Kept with the answer">
        {(ids) => <textarea {...(ids as object)} class="input prose" rows={2} maxLength={kLongestNote} value={note} onInput={(event) => setNote(event.currentTarget.value)} />}
      </Field>
      {error && <ErrorNote error={error} />}
    </Dialog>
  );
}
