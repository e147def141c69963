import { address } from "@/api/client";
import { ofKind } from "@/api/live";
import type { CoveredWindow, WindowList } from "@/api/types";
import { useApi } from "@/api/use";
import { eventHref, runHref } from "@/model/links";
import { Moment } from "@/parts/moment";
import { Show } from "@/parts/notes";
import { Facts } from "@/parts/page";
import { StateBadge } from "@/parts/state";

/** All that is known of one window: each revision, who told of it, and the runs that used it. */
export function OneWindow({ asset, assetKey, window: one, late }: { asset: string; assetKey: string; window: CoveredWindow; late: boolean }) {
  const found = useApi<WindowList>(
    address("/windows", { asset, key: assetKey, start_gte: one.start, end_lte: one.end, all_revisions: true, limit: 20 }) + (assetKey ? "" : "&key="),
    ofKind("window", "run"),
  );
  return (
    <div class="one-window">
      <h3 class="row">
        <span>
          <Moment at={one.start} seconds={false} /> to <Moment at={one.end} seconds={false} />
        </span>
        <span class="badge" data-state={late ? "late" : one.state}>
          <span class="dot" />
          {late ? "late" : one.state}
        </span>
      </h3>
      <Show of={found} lines={2}>
        {({ windows }) =>
          windows.length === 0 ? (
            <p class="muted">{one.state === "missing" ? "Nobody has told of it." : "The watermark has passed it; nobody told of the window itself."}</p>
          ) : (
            <>
              {windows.map((each) => (
                <Facts key={`${each.start}\n${each.revision}`}
                  of={[
                    ["Revision", each.revision],
                    ["Rows", each.row_count?.toLocaleString("en")],
                    ["Event", <a href={eventHref(each.event_id)}>{each.event_id}</a>],
                    ["Told", <Moment at={each.completed_at} />],
                    [
                      "Runs",
                      each.runs.length === 0 ? null : (
                        <ul>
                          {each.runs.map((run) => (
                            <li key={run.dag_id + run.dag_run_id} class="row">
                              <a href={runHref(run.dag_id, run.dag_run_id)}>
                                {run.dag_id} {run.dag_run_id}
                              </a>
                              <StateBadge state={run.state} />
                              {!run.seen && <span class="small muted">has not surely seen this revision</span>}
                              {run.stale_since && <span class="badge" data-state="stale">stale</span>}
                            </li>
                          ))}
                        </ul>
                      ),
                    ],
                  ]}
                />
              ))}
            </>
          )
        }
      </Show>
    </div>
  );
}
