import { useMemo } from "preact/hooks";
import { address } from "@/api/client";
import type { AssetState, Coverage as CoverageOf } from "@/api/types";
import { useApi } from "@/api/use";
import { type Layout, type Shade, beginOf, gapsOf, kRanges, layoutOf, nameOf } from "@/model/coverage";
import { useZone } from "@/model/preferences";
import { useQuery } from "@/model/query";
import { dateTime } from "@/model/time";
import { Button } from "@/parts/button";
import { SelectField } from "@/parts/field";
import { Empty, Show } from "@/parts/notes";
import { Card } from "@/parts/page";
import { OneWindow } from "./one_window";
import { Squares } from "./squares";

const kShades: Shade[] = ["complete", "corrected", "missing", "late"];
const kLengths = ["1m", "5m", "10m", "15m", "30m", "1h", "1d"];
const kMostGaps = 8;

function Legend({ layout }: { layout: Layout }) {
  const counts = useMemo(() => {
    const found: Record<Shade, number> = { complete: 0, corrected: 0, missing: 0, late: 0 };
    for (const cell of layout.cells) {
      if ("state" in cell.of) found[cell.shade] += 1;
      else {
        found.complete += cell.of.counts.complete;
        found.corrected += cell.of.counts.corrected;
        found[cell.shade === "late" ? "late" : "missing"] += cell.of.counts.missing;
      }
    }
    return found;
  }, [layout]);
  return (
    <ul class="row legend" aria-label="Windows by state">
      {kShades.map((shade) => (
        <li key={shade} class="badge" data-state={shade}>
          <span class="dot" />
          {counts[shade].toLocaleString("en")} {shade}
        </li>
      ))}
    </ul>
  );
}

function Gaps({ layout, onChosen }: { layout: Layout; onChosen: (at: number) => void }) {
  const zone = useZone();
  const gaps = gapsOf(layout).reverse();
  if (gaps.length === 0) return null;
  return (
    <div>
      <h3>Gaps, the newest first</h3>
      <ul class="gaps">
        {gaps.slice(0, kMostGaps).map((gap) => (
          <li key={gap.start}>
            <Button small kind="quiet" onClick={() => onChosen(gap.at)}>
              <span class="dot" data-state={gap.shade} />
              <span class="number">
                {dateTime(gap.start, zone, false)} to {dateTime(gap.end, zone, false)}
              </span>
              <span class="muted">{gap.shade}</span>
            </Button>
          </li>
        ))}
      </ul>
      {gaps.length > kMostGaps && <p class="small muted">and {(gaps.length - kMostGaps).toLocaleString("en")} more</p>}
    </div>
  );
}

function Drawn({ coverage, state }: { coverage: CoverageOf; state: AssetState }) {
  const zone = useZone();
  const layout = useMemo(() => layoutOf(coverage, zone, state.newest_end), [coverage, zone, state.newest_end]);
  const [query, setQuery] = useQuery();
  if (layout.cells.length === 0) return <Empty title="No window is expected in this time">The first of today has not ended yet.</Empty>;
  const found = layout.cells.findIndex((cell) => cell.start === query.window);
  const chosen = found < 0 ? null : layout.cells[found]!;
  const choose = (at: number) => setQuery({ window: layout.cells[at]!.start });
  const name = nameOf(state);
  return (
    <div class="stack">
      <Legend layout={layout} />
      <Squares layout={layout} chosen={found < 0 ? null : found} onChosen={choose} label={`Windows of ${name}, every ${coverage.per ?? coverage.every}`} />
      <div class="columns">
        {chosen && "state" in chosen.of && (
          <OneWindow key={chosen.start} asset={state.asset} assetKey={state.key} window={chosen.of} late={chosen.shade === "late"} />
        )}
        <Gaps layout={layout} onChosen={choose} />
      </div>
    </div>
  );
}

/** One asset's windows over a range that the viewer chooses. */
export function Coverage({ state }: { state: AssetState }) {
  const zone = useZone();
  const [{ range: id, every = "" }, setQuery] = useQuery();
  const range = kRanges.find((one) => one.id === id) ?? kRanges[0]!;
  // The range begins at a midnight: it stays the same address while the day lasts.
  const from = beginOf(range, Date.now(), zone);
  const unknown = state.consumers.length === 0 && every === "";
  const coverage = useApi<CoverageOf>(
    address("/windows/coverage", { asset: state.asset, key: state.key, every: unknown ? "1h" : every, timezone: zone, from, per: range.per }),
    (change) => change.kind === "window" && change.asset === state.asset && change.key === state.key,
  );
  return (
    <Card
      title={
        <span class="asset-name">
          {state.asset}
          {state.key && <span class="muted">/{state.key}</span>}
          {coverage.data && <span class="small muted asset-every"> every {coverage.data.every}</span>}
        </span>
      }
      actions={
        <div class="row" role="group" aria-label="Range">
          {kRanges.map((one) => (
            <Button key={one.id} small kind={one === range ? "primary" : "plain"} aria-pressed={one === range} onClick={() => setQuery({ range: one === kRanges[0] ? "" : one.id, window: "" })}>
              {one.text}
            </Button>
          ))}
        </div>
      }
    >
      {state.consumers.length === 0 && (
        <div class="filters">
          <SelectField label="Length of a window" hint="No DAG is scheduled by this asset; it would say." value={every || "1h"} onValue={(value) => setQuery({ every: value, window: "" })}
            options={kLengths.map((length) => ({ value: length, text: length }))} />
        </div>
      )}
      <Show of={coverage} lines={5}>
        {(data) => <Drawn coverage={data} state={state} />}
      </Show>
    </Card>
  );
}
