import { address, path } from "@/api/client";
import { ofDag } from "@/api/live";
import type { Run, RunList } from "@/api/types";
import { useApi } from "@/api/use";
import { runHref } from "@/model/links";
import { useZone } from "@/model/preferences";
import { wordsOfState } from "@/model/states";
import { dateTime, duration } from "@/model/time";
import { Ago } from "@/parts/moment";

const kRuns = 12;
const kTall = 24; // px

/** How a DAG's last runs went: a bar each, as tall as it took, the newest at the right. */
export function LastRuns({ dag_id }: { dag_id: string }) {
  const zone = useZone();
  const { data } = useApi<RunList>(address(path("dags", dag_id, "dagRuns"), { limit: kRuns, order_by: "-run_after" }), ofDag(dag_id));
  if (!data) return null;
  const runs = [...data.dag_runs].reverse();
  const newest = runs.at(-1);
  if (!newest) return <span class="muted">none yet</span>;
  const longest = Math.max(...runs.map((run) => run.duration ?? 0)) || 1;
  const words = (run: Run) =>
    [dateTime(run.logical_date ?? run.run_after, zone, false), wordsOfState(run.state), run.duration === null ? "" : duration(run.duration)].filter(Boolean).join(", ");
  return (
    <div class="row">
      <span class="last-runs">
        {runs.map((run) => (
          // Only the newest is a stop of the Tab key: the others are in the DAG's own list.
          <a key={run.dag_run_id} class="last-run" data-state={run.state} href={runHref(dag_id, run.dag_run_id)} title={words(run)} aria-label={`Run ${words(run)}`}
            tabIndex={run === newest ? 0 : -1} style={{ height: Math.round(Math.max(5, ((run.duration ?? longest) / longest) * kTall)) }} />
        ))}
      </span>
      <span class="small muted">
        {newest.state === "success" ? "" : `${wordsOfState(newest.state)}, `}
        <Ago at={newest.start_date ?? newest.queued_at} />
      </span>
    </div>
  );
}
