// The lists of the home page. Each row says what, why and since when; what is empty and would only worry is left out.
import type { ComponentChildren } from "preact";
import type { Late as LateOne, ComingRun, Overview, Run, WaitingApproval } from "@/api/types";
import { dagHref, runHref, windowsHrefOf } from "@/model/links";
import { Ago, Moment, Took } from "@/parts/moment";
import { Card } from "@/parts/page";
import { Sentence } from "@/parts/reasons";
import { StateDot } from "@/parts/state";

/** One line: a link, small words below it, and a moment at the right. */
function Line(props: { state?: string; href: string; title: ComponentChildren; children?: ComponentChildren; right: ComponentChildren }) {
  return (
    <li class="home-line">
      {props.state && <StateDot state={props.state} />}
      <div class="home-line-words">
        <a href={props.href}>{props.title}</a>
        {props.children && <div class="small muted">{props.children}</div>}
      </div>
      <div class="small home-line-right">{props.right}</div>
    </li>
  );
}

function List(props: { title: string; total?: number; bad?: boolean; more?: { href: string; text: string }; children: ComponentChildren }) {
  const heading = (
    <span class="row">
      {props.title}
      {props.total ? <span class={`count ${props.bad ? "bad" : ""}`}>{props.total.toLocaleString("en")}</span> : null}
    </span>
  );
  return (
    <Card flush label={props.title} title={heading} actions={props.more && <a class="small" href={props.more.href}>{props.more.text}</a>}>
      {props.children}
    </Card>
  );
}

const about = (run: Run) => (
  <>
    {run.run_type === "manual" ? `by ${run.triggering_user_name ?? "hand"}` : run.run_type.replaceAll("_", " ")}
    {run.logical_date && (
      <>
        {" · "}
        <Moment at={run.logical_date} seconds={false} />
      </>
    )}
  </>
);
const runKey = (run: Run) => run.dag_id + "\n" + run.dag_run_id;

export function Running({ runs, total }: { runs: Run[]; total: number }) {
  return (
    <List title="Running" total={total} more={total > runs.length ? { href: "/runs?state=running", text: "all" } : undefined}>
      {runs.length === 0 ? (
        <p class="home-nothing">Nothing runs right now.</p>
      ) : (
        <ul>
          {runs.map((run) => (
            <Line key={runKey(run)} state={run.state} href={runHref(run.dag_id, run.dag_run_id)} title={run.dag_display_name}
              right={run.start_date ? <Took start={run.start_date} end={null} /> : "queued"}>
              {about(run)}
            </Line>
          ))}
        </ul>
      )}
    </List>
  );
}

const failedHref = (dag?: string) => "/runs?" + new URLSearchParams({ ...(dag ? { dag } : {}), state: "failed", ended: "24" }).toString();

/** A line for each DAG, whose newest failed run it tells of: one that fails each minute must not hide the others. */
export function Failed({ runs, total }: { runs: Run[]; total: number }) {
  if (runs.length === 0) return null;
  const byDag = new Map<string, Run[]>();
  for (const run of runs) byDag.set(run.dag_id, [...(byDag.get(run.dag_id) ?? []), run]);
  // Of a part of them, nothing says how many there are.
  const others = (count: number) => (total > runs.length ? "and others" : `and ${count} other${count === 1 ? "" : "s"}`);
  return (
    <List title="Failed in 24 hours" total={total} bad more={total > byDag.size ? { href: failedHref(), text: "all" } : undefined}>
      <ul>
        {[...byDag.values()].map(([run, ...older]) => run && (
          <Line key={runKey(run)} state="failed" href={runHref(run.dag_id, run.dag_run_id)} title={run.dag_display_name} right={<Ago at={run.end_date} />}>
            {about(run)}
            {run.note && <> · {run.note}</>}
            {older.length > 0 && (
              <>
                {" · "}
                <a href={failedHref(run.dag_id)}>{others(older.length)}</a>
              </>
            )}
          </Line>
        ))}
      </ul>
    </List>
  );
}

export function WaitingForPeople({ approvals }: { approvals: WaitingApproval[] }) {
  if (approvals.length === 0) return null;
  return (
    <List title="Waits for a person" total={approvals.length} more={{ href: "/approvals", text: "answer" }}>
      <ul>
        {approvals.map((one) => (
          <Line key={`${one.dag_id}\n${one.run_id}\n${one.task_id}\n${one.map_index}`} state="deferred" href="/approvals"
            title={one.subject ?? one.task_id} right={<Ago at={one.since} />}>
            {one.dag_id} · {one.task_id}
            {one.map_index >= 0 && `[${one.map_index}]`}
          </Line>
        ))}
      </ul>
    </List>
  );
}

const lateHref = (late: LateOne) =>
  late.run_id ? runHref(late.dag_id, late.run_id) : late.asset ? windowsHrefOf(late.asset) : dagHref(late.dag_id);

export function Late({ late }: { late: LateOne[] }) {
  if (late.length === 0) return null;
  return (
    <List title="Late" total={late.length} bad>
      <ul>
        {late.map((one) => (
          <Line key={`${one.dag_id}\n${one.run_id}\n${one.asset}\n${one.since}`} state="late" href={lateHref(one)} title={one.dag_id} right={<Ago at={one.since} />}>
            <Sentence text={one.words} />
          </Line>
        ))}
      </ul>
    </List>
  );
}

export function Stale({ runs }: { runs: Overview["stale"] }) {
  if (runs.length === 0) return null;
  return (
    <List title="Stale: corrected after the run" total={runs.length}>
      <ul>
        {runs.map((run) => (
          <Line key={runKey(run)} state="stale" href={runHref(run.dag_id, run.dag_run_id)} title={run.dag_display_name} right={<Ago at={run.stale_since} />}>
            {about(run)} · clear it to use the corrected windows
          </Line>
        ))}
      </ul>
    </List>
  );
}

export function Next({ next }: { next: ComingRun[] }) {
  return (
    <List title="Next">
      {next.length === 0 ? (
        <p class="home-nothing">No DAG is scheduled by the clock.</p>
      ) : (
        <ul>
          {next.map((one) => (
            <Line key={one.dag_id + one.run_after} href={dagHref(one.dag_id)} title={one.dag_id} right={<Ago at={one.run_after} />}>
              <Moment at={one.run_after} seconds={false} />
            </Line>
          ))}
        </ul>
      )}
    </List>
  );
}
