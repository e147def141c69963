// What people do to a run or to tasks of it: run it again, say how it ended, end it. Each shows first what it would do.
import { useState } from "preact/hooks";
import { change, path } from "@/api/client";
import { isFinal } from "@/model/states";
import { useSession } from "@/model/session";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { CheckField, SelectField } from "./field";
import { Menu } from "./menu";
import { Affected, mayGoOn, useOpen, usePreview } from "./preview";
import { attempt } from "./toasts";

/** Tasks of a run; without task_id the whole run. */
export interface Target {
  dag_id: string;
  run_id: string;
  task_id?: string;
  map_index?: number;
  state: string | null;
}

/** The number of the instance that is meant; undefined: the task with all its instances, or the run. */
const instanceOf = ({ map_index }: Target): number | undefined => (map_index !== undefined && map_index >= 0 ? map_index : undefined);
const runPath = ({ dag_id, run_id }: Target) => path("dags", dag_id, "dagRuns", run_id);
const nameOf = (target: Target): string =>
  target.task_id === undefined ? "the run" : target.task_id + (instanceOf(target) === undefined ? "" : `[${instanceOf(target)}]`);

type Kind = "clear" | "mark" | "kill";

export function TaskActions({ target }: { target: Target }) {
  const { may } = useSession();
  const [open, setOpen] = useState<Kind | null>(null);
  const over = isFinal(target.state);
  const forbidden = !may("user");
  const close = () => setOpen(null);
  return (
    <>
      <Menu label={`Change ${nameOf(target)}`} icon="down" text="Change" kind="plain"
        items={[
          { text: "Run again…", icon: "retry", act: () => setOpen("clear"), disabled: forbidden },
          { text: "Say how it ended…", icon: "check", act: () => setOpen("mark"), disabled: forbidden },
          { text: "End it…", icon: "stop", danger: true, act: () => setOpen("kill"), disabled: forbidden || over },
        ]} />
      {open === "clear" && <ClearDialog target={target} onClose={close} />}
      {open === "mark" && <MarkDialog target={target} onClose={close} />}
      {open === "kill" && <KillDialog target={target} onClose={close} />}
    </>
  );
}

function Foot({ words, danger, disabled, onClose }: { words: string; danger?: boolean; disabled?: boolean; onClose: () => void }) {
  return (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button kind={danger ? "danger" : "primary"} type="submit" disabled={disabled}>
        {words}
      </Button>
    </>
  );
}

interface Options {
  only_failed: boolean;
  include_upstream: boolean;
  include_downstream: boolean;
  run_on_latest_version: boolean;
}

function clearBody(target: Target, options: Options, dry_run: boolean): unknown {
  if (target.task_id === undefined) return { dry_run, only_failed: options.only_failed, run_on_latest_version: options.run_on_latest_version };
  const task = instanceOf(target) === undefined ? target.task_id : [target.task_id, instanceOf(target)];
  return { dry_run, dag_run_id: target.run_id, task_ids: [task], ...options };
}

function ClearDialog({ target, onClose }: { target: Target; onClose: () => void }) {
  const ofTask = target.task_id !== undefined;
  const ofInstance = ofTask && instanceOf(target) !== undefined;
  const [options, setOptions] = useState<Options>({
    only_failed: !ofTask && target.state === "failed",
    include_upstream: false,
    include_downstream: ofTask && !ofInstance,
    run_on_latest_version: false,
  });
  const set = (name: keyof Options) => (checked: boolean) => setOptions({ ...options, [name]: checked });
  const resource = ofTask ? path("dags", target.dag_id, "clearTaskInstances") : `${runPath(target)}/clear`;
  const preview = usePreview("POST", resource, clearBody(target, options, true));
  const clear = async () => {
    if (await attempt(`${nameOf(target)} runs again`, () => change("POST", resource, clearBody(target, options, false)))) onClose();
  };
  return (
    <Dialog title={`Run ${nameOf(target)} again`} onClose={onClose} onSubmit={clear} actions={<Foot words="Run again" disabled={!mayGoOn(preview)} onClose={onClose} />}>
      <p class="muted">Earlier tries and their logs stay. Tasks that depend on what runs again should run again too.</p>
      <CheckField label="Only what failed" checked={options.only_failed} onChecked={set("only_failed")} />
      {ofTask && !ofInstance && <CheckField label="And all that is downstream" checked={options.include_downstream} onChecked={set("include_downstream")} />}
      {ofTask && !ofInstance && <CheckField label="And all that is upstream" checked={options.include_upstream} onChecked={set("include_upstream")} />}
      <CheckField label="With the newest version of the DAG" hint="Else the run keeps its own" checked={options.run_on_latest_version} onChecked={set("run_on_latest_version")} />
      <Affected preview={preview} none="Nothing would run again." />
    </Dialog>
  );
}

const kEnds = [
  { value: "success", text: "success" },
  { value: "failed", text: "failed" },
];

function MarkDialog({ target, onClose }: { target: Target; onClose: () => void }) {
  const ofTask = target.task_id !== undefined;
  const [state, setState] = useState("success");
  const [up, setUp] = useState(false);
  const [down, setDown] = useState(false);
  const instance = instanceOf(target);
  const place = runPath(target) + (ofTask ? path("taskInstances", target.task_id!, ...(instance === undefined ? [] : [instance])) : "");
  const body = ofTask ? { new_state: state, include_upstream: up, include_downstream: down } : { state };
  const preview = usePreview("PATCH", `${place}/dry_run`, ofTask ? body : null);
  const open = useOpen(ofTask ? null : runPath(target));
  const mark = async () => {
    if (await attempt(`${nameOf(target)} is marked as ${state}`, () => change("PATCH", place, body))) onClose();
  };
  return (
    <Dialog title={`Say how ${nameOf(target)} ended`} onClose={onClose} onSubmit={mark} actions={<Foot words={`Mark as ${state}`} disabled={ofTask && !mayGoOn(preview)} onClose={onClose} />}>
      <p class="muted">What still runs is ended first{ofTask ? "" : ", and what waits does not start"}.</p>
      <SelectField label="It counts as" value={state} onValue={setState} options={ofTask ? [...kEnds, { value: "skipped", text: "skipped" }] : kEnds} />
      {ofTask && <CheckField label="And all that is downstream" checked={down} onChecked={setDown} />}
      {ofTask && <CheckField label="And all that is upstream" checked={up} onChecked={setUp} />}
      {ofTask ? <Affected preview={preview} none="Nothing would change." /> : <Affected preview={open} none="All of it is over: only the state of the run changes." />}
    </Dialog>
  );
}

function KillDialog({ target, onClose }: { target: Target; onClose: () => void }) {
  // Nothing, a task, or one instance; JSON leaves out what is undefined.
  const what = { task_id: target.task_id, map_index: instanceOf(target) };
  const open = useOpen(runPath(target), what);
  const kill = async () => {
    if (await attempt(`${nameOf(target)} is being ended`, () => change("POST", `${runPath(target)}/kill`, what))) onClose();
  };
  return (
    <Dialog title={`End ${nameOf(target)}`} onClose={onClose} onSubmit={kill} actions={<Foot words="End it" danger onClose={onClose} />}>
      <p>
        {target.task_id === undefined
          ? "Every task that runs gets SIGTERM, and SIGKILL when its grace is over. Those that wait don't start, and the run has failed."
          : "It gets SIGTERM, and SIGKILL when its grace is over. It has failed then, and is not tried again."}
      </p>
      <Affected preview={open} none="All of it is over already." />
    </Dialog>
  );
}
