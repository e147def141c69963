// Runs with filters, of one DAG or of all. What is asked for stands in the address.
import { address, path } from "@/api/client";
import { type Concerns } from "@/api/live";
import type { RunList } from "@/api/types";
import { useApi } from "@/api/use";
import { kSpans, useSince } from "@/model/lately";
import { useZone } from "@/model/preferences";
import { useQuery } from "@/model/query";
import { kRunStates, wordsOfState } from "@/model/states";
import { dayBounds } from "@/model/zone";
import { Button } from "./button";
import { SelectField, TextField } from "./field";
import { Empty, Show } from "./notes";
import { Card } from "./page";
import { RunsTable, kRunsPage } from "./runs_table";
import { TypedField } from "./typed_field";

const kTypes = [
  { value: "", text: "all" },
  { value: "scheduled", text: "by schedule" },
  { value: "manual", text: "by hand" },
  { value: "backfill", text: "by backfill" },
  { value: "asset_triggered", text: "by windows or events" },
];
const kFilters = ["dag", "state", "type", "from", "to", "ended", "id", "mark"] as const;

/** `dag_id` "~": of all DAGs. */
export function RunsList({ dag_id, concerns }: { dag_id: string; concerns: Concerns }) {
  const [query, setQuery] = useQuery();
  const zone = useZone();
  const ask = (changes: Record<string, string>) => setQuery({ ...changes, offset: "" });
  const offset = Number(query.offset) || 0;
  const usual = query.ended ? "-end_date" : "-run_after";
  const order = query.order ?? usual;
  const whose = dag_id === "~" ? query.dag || "~" : dag_id;
  const runs = useApi<RunList>(
    address(path("dags", whose, "dagRuns"), {
      limit: kRunsPage,
      offset,
      order_by: order,
      state: query.state,
      run_type: query.type,
      run_id_pattern: query.id && `%${query.id}%`,
      backfill_id: query.backfill,
      run_after_gte: query.from && dayBounds(query.from, zone).start,
      run_after_lte: query.to && dayBounds(query.to, zone).last,
      end_date_gte: useSince(query.ended),
      stale: query.mark === "stale" ? true : null,
      deadline_missed: query.mark === "late" ? true : null,
    }),
    concerns,
  );
  // While somebody types an id it is that of no DAG.
  const isUnknown = dag_id === "~" && whose !== "~" && runs.error?.status === 404;
  const isFiltered = kFilters.some((name) => query[name]) || Boolean(query.backfill);
  return (
    <>
      <div class="filters">
        {dag_id === "~" && <TypedField label="DAG" value={query.dag ?? ""} onValue={(dag) => ask({ dag })} placeholder="its id" />}
        <SelectField label="State" value={query.state ?? ""} onValue={(state) => ask({ state })}
          options={[{ value: "", text: "all" }, ...kRunStates.map((value) => ({ value, text: wordsOfState(value) }))]} />
        <SelectField label="Made" value={query.type ?? ""} onValue={(type) => ask({ type })} options={kTypes} />
        <SelectField label="Marked" value={query.mark ?? ""} onValue={(mark) => ask({ mark })}
          options={[{ value: "", text: "all" }, { value: "stale", text: "stale" }, { value: "late", text: "late" }]} />
        <TextField label="From" type="date" value={query.from ?? ""} onValue={(from) => ask({ from })} />
        <TextField label="To" type="date" value={query.to ?? ""} onValue={(to) => ask({ to })} />
        <SelectField label="Ended in" value={query.ended ?? ""} onValue={(ended) => ask({ ended })} options={kSpans} />
        <TypedField label="Run id" value={query.id ?? ""} onValue={(id) => ask({ id })} placeholder="part of it" />
        {isFiltered && (
          <Button kind="quiet" icon="cross" onClick={() => ask(Object.fromEntries([...kFilters, "backfill"].map((name) => [name, ""])))}>
            No filter
          </Button>
        )}
      </div>
      <Card flush label="Runs">
        {isUnknown ? (
          <Empty title="No DAG has this id">The whole id is needed; Ctrl K finds a part of it.</Empty>
        ) : (
          <Show of={runs} lines={8}>
            {(data) =>
              data.dag_runs.length === 0 && offset === 0 ? (
                <Empty title="There is no run">{isFiltered ? "None is like that." : "Trigger one, or wait for the schedule."}</Empty>
              ) : (
                <RunsTable runs={data} withDag={dag_id === "~"} offset={offset} order={order}
                  onOrder={(next) => ask({ order: next === usual ? "" : next })} onOffset={(next) => setQuery({ offset: next ? String(next) : "" })} />
              )
            }
          </Show>
        )}
      </Card>
    </>
  );
}
