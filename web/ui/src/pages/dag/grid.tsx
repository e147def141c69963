// Tasks by runs: a square for each task instance, a bar for each run.
import { useLocation } from "preact-iso";
import { useMemo, useState } from "preact/hooks";
import { address, path } from "@/api/client";
import { ofDag } from "@/api/live";
import type { Grid as GridData } from "@/api/types";
import { useApi } from "@/api/use";
import { runHref, taskHref } from "@/model/links";
import { usePalette } from "@/model/palette";
import { useZone } from "@/model/preferences";
import { useQuery } from "@/model/query";
import { kTaskStates, wordsOfState } from "@/model/states";
import { dateTime, duration } from "@/model/time";
import { Icon } from "@/parts/icon";
import { Legend, chosenOf, textOfChosen } from "@/parts/legend";
import { Empty, Show } from "@/parts/notes";
import { Card } from "@/parts/page";
import { type Place, Stage } from "@/parts/stage";
import { type Spot, cellsOf, stepOf, wordsOfType } from "./grid_model";
import { kHead, kRow, paintBars, paintCells } from "./grid_paint";
import { RunFilters, useRunFilters } from "./run_filters";

export function Grid({ dag_id }: { dag_id: string }) {
  const { limit, filter, isFiltered } = useRunFilters();
  const grid = useApi<GridData>(address(path("dags", dag_id, "grid"), { limit, ...filter }), ofDag(dag_id));
  return (
    <>
      <RunFilters />
      <Card flush label="Grid">
        <Show of={grid} lines={8}>
          {(data) =>
            data.runs.length === 0 ? (
              <Empty title="There is no run">{isFiltered ? "None is like that." : "It has not run yet: trigger it, or see when its schedule does."}</Empty>
            ) : (
              <GridOf data={data} />
            )
          }
        </Show>
      </Card>
    </>
  );
}

/** Wide enough for names on a desk, narrow enough to leave room on a phone. */
const sideWidth = () => (window.innerWidth < 700 ? 140 : 260);

function GridOf({ data }: { data: GridData }) {
  const { route } = useLocation();
  const [query, setQuery] = useQuery();
  const palette = usePalette();
  const zone = useZone();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<Spot | null>(null);
  const [pointed, setPointed] = useState<(Spot & { x: number; y: number }) | null>(null);
  const only = useMemo(() => chosenOf(query.states), [query.states]);
  const cells = useMemo(() => cellsOf(data, folded, only), [data, folded, only]);
  const counts = useMemo(() => countsOf(data), [data]);
  const column = cells.runs.length > 60 ? 14 : cells.runs.length > 30 ? 18 : 22;
  const spotOf = ({ x, row }: Place): Spot | null => {
    const at = Math.floor(x / column);
    return at < cells.runs.length ? { row, column: at } : null;
  };
  const open = (spot: Spot) => {
    const run = cells.runs[spot.column];
    const row = cells.rows[spot.row]?.row;
    if (!run) return;
    if (!row) route(runHref(data.dag_id, run.run_id));
    else if (row.kind === "group") fold(row.id);
    else if (cells.stateAt(spot.row, spot.column) !== undefined) route(taskHref(data.dag_id, run.run_id, row.id));
  };
  const fold = (id: string) => {
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    setFolded(next);
  };
  const words = (spot: Spot): string[] => {
    const run = cells.runs[spot.column];
    const row = cells.rows[spot.row]?.row;
    if (!run) return [];
    const when = dateTime(run.logical_date ?? run.run_after, zone, false);
    if (!row) return [`Run ${when}`, wordsOfState(run.state), wordsOfType[run.run_type] ?? run.run_type, run.duration === null ? "" : duration(run.duration), run.note ?? ""].filter(Boolean);
    const state = cells.stateAt(spot.row, spot.column);
    return [row.id, state === undefined ? "not in this run" : wordsOfState(state), `run ${when}`];
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const from = focused ?? { row: 0, column: cells.runs.length - 1 };
    if (event.key === "Enter" || event.key === " ") {
      if (event.target !== event.currentTarget) return;
      event.preventDefault();
      return open(from);
    }
    const next = stepOf(event.key, event.ctrlKey, from, cells.rows.length, cells.runs.length);
    if (!next || event.target !== event.currentTarget) return;
    event.preventDefault();
    setFocused(next);
  };
  const look = { cells, column, palette, only, pointed, focused, zone };
  const groups = data.tasks.filter((task) => task.kind === "group");
  return (
    <>
      <Stage rows={cells.rows.length} rowHeight={kRow} headHeight={kHead} sideWidth={sideWidth()} contentWidth={cells.runs.length * column + 8} atEnd
        paintRows={(context, view) => paintCells(context, view, look)}
        paintHead={(context, view) => paintBars(context, view, look)}
        onPoint={(place, at) => {
          const spot = place && spotOf(place);
          setPointed(spot && { ...spot, ...at });
        }}
        onPress={(place) => {
          const spot = spotOf(place);
          if (spot) open(spot);
        }}
        reveal={focused && { x: focused.column * column, row: focused.row }}
        head={groups.length > 0 && (
          <button type="button" class="stage-fold" onClick={() => setFolded(folded.size > 0 ? new Set() : new Set(groups.map((group) => group.id)))}>
            {folded.size > 0 ? "unfold all groups" : "fold all groups"}
          </button>
        )}
        side={(at) => {
          const { row } = cells.rows[at]!;
          return <Name row={row} folded={folded.has(row.id)} dag_id={data.dag_id} onFold={() => fold(row.id)} lit={pointed?.row === at || focused?.row === at} />;
        }}
        frame={{
          class: "grid-stage",
          // Cells are painted, not elements: a screen reader is told of the one that has the focus, below.
          role: "application",
          tabIndex: 0,
          "aria-label": "Tasks by runs. Arrow keys walk, Enter opens.",
          onKeyDown,
          onFocus: (event) => event.target === event.currentTarget && !focused && setFocused({ row: 0, column: cells.runs.length - 1 }),
          onBlur: () => setFocused(null),
        }}>
        {(at) => (
          <>
            <div class="for-screen-readers" aria-live="polite">
              {focused && words(focused).join(", ")}
            </div>
            {pointed ? <Tip at={pointed} words={words(pointed)} /> : focused && <Tip at={at({ x: (focused.column + 0.5) * column, row: focused.row })} words={words(focused)} />}
          </>
        )}
      </Stage>
      <div class="card-foot">
        <Legend label="Show only these states" chosen={only} onChosen={(chosen) => setQuery({ states: textOfChosen(chosen) })}
          states={kTaskStates.filter((state) => counts[state] || only.has(state)).map((state) => ({ state, count: counts[state] ?? 0 }))} />
      </div>
    </>
  );
}

function countsOf(data: GridData): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const run of data.runs)
    for (let i = 0; i < run.states.length; i++) {
      if (run.states[i] === " " || data.tasks[i]?.kind !== "task") continue;
      const state = data.codes[run.states[i]!] ?? "none";
      const name = state === "no_status" ? "none" : state;
      counts[name] = (counts[name] ?? 0) + 1;
    }
  return counts;
}

function Name(props: { row: GridData["tasks"][number]; folded: boolean; dag_id: string; lit: boolean; onFold: () => void }) {
  const { row } = props;
  const indent = { paddingLeft: 12 + row.depth * 14 };
  if (row.kind === "group")
    return (
      <button type="button" class={`stage-label group ${props.lit ? "lit" : ""}`} style={indent} aria-expanded={!props.folded} title={row.id} onClick={props.onFold}>
        <Icon name={props.folded ? "right" : "down"} size={12} />
        <span>{row.label}</span>
      </button>
    );
  return (
    <div class={`stage-label ${props.lit ? "lit" : ""}`} style={indent} title={row.operator ? `${row.id} (${row.operator})` : row.id}>
      <span>{row.label}</span>
      {row.mapped && <span class="stage-mark">×n</span>}
      {row.setup && <span class="stage-mark">setup</span>}
      {row.teardown && <span class="stage-mark">teardown</span>}
    </div>
  );
}

/** Of a tip with its lines; where there is room for one above, it hides nothing of what follows below. */
const kTall = 84; // px

export function Tip({ at, words }: { at: { x: number; y: number }; words: string[] }) {
  const toLeft = at.x > window.innerWidth / 2;
  const above = at.y > kTall;
  return (
    <div class="tip" role="presentation" style={{ transform: `translate(${at.x + (toLeft ? -14 : 14)}px, ${at.y + (above ? -6 : 14)}px) translate(${toLeft ? "-100%" : "0"}, ${above ? "-100%" : "0"})` }}>
      {words.map((line, i) => (
        <div key={i} class={i === 0 ? "tip-title" : ""}>
          {line}
        </div>
      ))}
    </div>
  );
}
