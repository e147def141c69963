// The last runs as bars over time: which took long, which ran at once, and where the time went. Each unfolds into its tasks.
import { useState } from "preact/hooks";
import { address, path } from "@/api/client";
import { ofDag } from "@/api/live";
import type { Run, RunList } from "@/api/types";
import { useApi } from "@/api/use";
import { wordsOfCause } from "@/model/cause";
import { runHref } from "@/model/links";
import { useNow, useZone } from "@/model/preferences";
import { useQuery } from "@/model/query";
import { type Range, type Span, barOf, spanOf, sumOf, ticksOfRange, ticksOfSpan } from "@/model/spans";
import { isFinal, wordsOfState } from "@/model/states";
import { dateTime, duration } from "@/model/time";
import { Bars, Scale, wordsOfSpan } from "@/parts/bars";
import { Icon } from "@/parts/icon";
import { Empty, Show } from "@/parts/notes";
import { Card } from "@/parts/page";
import { Views } from "@/parts/views";
import { TaskTimeline } from "../run/timeline";
import { Tip } from "./grid";
import { RunFilters, useRunFilters } from "./run_filters";

type Scaling = "clock" | "start";
const kScalings: [Scaling, string][] = [
  ["clock", "Over time"],
  ["start", "Each from its start"],
];

export function DagTimeline({ dag_id }: { dag_id: string }) {
  const { limit, filter, isFiltered } = useRunFilters();
  // By id, the newest made first: those that still wait have no start to sort by.
  const runs = useApi<RunList>(address(path("dags", dag_id, "dagRuns"), { limit, order_by: "-id", ...filter }), ofDag(dag_id));
  return (
    <>
      <RunFilters />
      <Show of={runs} lines={8}>
        {({ dag_runs }) =>
          dag_runs.length === 0 ? (
            <Card label="Timeline">
              <Empty title="There is no run">{isFiltered ? "None is like that." : "It has not run yet: trigger it, or see when its schedule does."}</Empty>
            </Card>
          ) : (
            <RunsOverTime runs={dag_runs} />
          )
        }
      </Show>
    </>
  );
}

interface Row {
  run: Run;
  span: Span;
  name: string;
}

/** Where half the bars would be mere specks, as with minutes of work once a day, a common clock says little. */
const kSpeck = 0.6; // per cent of the width
const areSpecks = (rows: Row[], range: Range): boolean =>
  rows.filter(({ span }) => (100 * (span.end - span.queued)) / Math.max(1, range.to - range.from) < kSpeck).length * 2 > rows.length;

function RunsOverTime({ runs }: { runs: Run[] }) {
  const [query, setQuery] = useQuery();
  const now = useNow();
  const zone = useZone();
  const rows = runs
    .map((run): Row => ({ run, span: spanOf(run.queued_at, run.start_date, run.end_date, now), name: run.logical_date ? dateTime(run.logical_date, zone, false) : run.dag_run_id }))
    .sort((a, b) => b.span.queued - a.span.queued);
  const isOpen = rows.some(({ run }) => !isFinal(run.state));
  const range = { from: Math.min(...rows.map(({ span }) => span.queued)), to: isOpen ? now : Math.max(...rows.map(({ span }) => span.end)) };
  const asked = kScalings.find(([scaling]) => scaling === query.scale)?.[0];
  const scaling = asked ?? (areSpecks(rows, range) ? "start" : "clock");
  const longest = Math.max(...rows.map(({ span }) => span.end - span.queued));
  const rangeOf = ({ queued }: Span): Range => (scaling === "clock" ? range : { from: queued, to: queued + longest });
  const ticks = scaling === "clock" ? ticksOfRange(range, zone) : ticksOfSpan(longest);
  return (
    <Card flush title="Timeline" label="Timeline" actions={<Views label="What the bars are held against" of={kScalings} value={scaling} onValue={(scale) => setQuery({ scale })} />}>
      <Together rows={rows} />
      <RunRows rows={rows} rangeOf={rangeOf} ticks={ticks} unfolded={query.run} onUnfold={(run) => setQuery({ run })} />
    </Card>
  );
}

/** All of them in one line. */
function Together({ rows }: { rows: Row[] }) {
  const started = rows.filter(({ run }) => run.start_date);
  if (started.length === 0) return null;
  const sum = sumOf(started.map(({ span }) => span));
  const { run, span, name } = started[sum.longest]!;
  return (
    <p class="timeline-together">
      <span>
        median <strong>{duration(sum.median / 1000)}</strong>
      </span>
      <span>
        longest <a href={runHref(run.dag_id, run.dag_run_id)}>{duration((span.end - span.start) / 1000)}</a>, {name}
      </span>
      <span>
        in all <strong>{duration(sum.ran / 1000)}</strong>
        {sum.waited >= 1000 && ` and ${duration(sum.waited / 1000)} in the queue`}
      </span>
      <span>{sum.atOnce > 1 ? `up to ${sum.atOnce} at once` : "one at a time"}</span>
    </p>
  );
}

function wordsOfRun({ run }: Row, zone: string): string[] {
  const at = (moment: string) => dateTime(moment, zone);
  return [
    `${wordsOfState(run.state)}, ${wordsOfCause(run)}`,
    `queued ${at(run.queued_at)}`,
    run.start_date ? `started ${at(run.start_date)}` : "",
    run.end_date ? `ended ${at(run.end_date)}` : "",
  ].filter(Boolean);
}

function RunRows(props: { rows: Row[]; rangeOf: (span: Span) => Range; ticks: ReturnType<typeof ticksOfSpan>; unfolded?: string; onUnfold: (run: string) => void }) {
  const { rows, rangeOf, ticks, unfolded, onUnfold } = props;
  const zone = useZone();
  const [stop, setStop] = useState(""); // where the Tab key comes in: at the first, until the arrows have walked
  const [pointed, setPointed] = useState<{ id: string; x: number; y: number } | null>(null);
  const stopAt = Math.max(0, rows.findIndex(({ run }) => run.dag_run_id === stop));
  const point = ({ run, span }: Row, row: HTMLElement) => {
    const track = row.querySelector<HTMLElement>(".timeline-track")!;
    const { left } = barOf(span.queued, span.end, rangeOf(span));
    setPointed({ id: run.dag_run_id, x: track.offsetLeft + (left * track.offsetWidth) / 100, y: row.offsetTop });
  };
  const fold = (id: string, open: boolean) => {
    setPointed(null);
    onUnfold(open ? id : "");
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const at = rows.findIndex(({ run }) => run.dag_run_id === (event.target as HTMLElement).dataset.run);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return; // Alt Left is the way back
    const id = rows[at]!.run.dag_run_id;
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      event.preventDefault();
      if ((event.key === "ArrowRight") !== (id === unfolded)) fold(id, id !== unfolded);
      return;
    }
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || !rows[to]) return;
    event.preventDefault();
    event.currentTarget.querySelectorAll<HTMLElement>("a[data-run]")[to]!.focus();
  };
  const told = rows.find(({ run }) => run.dag_run_id === pointed?.id);
  return (
    <div class="timeline-runs" role="group" aria-label="Runs, the newest first. The arrow keys walk, Right shows a run's tasks, Left hides them, Enter opens it."
      onKeyDown={onKeyDown} onMouseLeave={() => setPointed(null)}>
      <Scale ticks={ticks} />
      <ul>
        {rows.map((row, i) => {
          const { run, span, name } = row;
          const id = run.dag_run_id;
          const open = id === unfolded;
          return (
            <li key={id}>
              <div class="timeline-run" onMouseEnter={(event) => point(row, event.currentTarget)}
                onFocusCapture={(event) => point(row, event.currentTarget)} onBlurCapture={() => setPointed(null)}>
                <button type="button" class="timeline-fold" tabIndex={-1} aria-expanded={open} aria-label={`Tasks of run ${name}`} onClick={() => fold(id, !open)}>
                  <Icon name={open ? "down" : "right"} size={12} />
                </button>
                <a class="timeline-row" data-run={id} href={runHref(run.dag_id, id)} tabIndex={i === stopAt ? 0 : -1} onFocus={() => setStop(id)}>
                  <Bars kind="Run" name={name} words={wordsOfRun(row, zone).join(", ")} span={span} range={rangeOf(span)} ticks={ticks} state={run.state} />
                </a>
              </div>
              {open && (
                <div class="timeline-tasks">
                  <TaskTimeline run={run} />
                </div>
              )}
            </li>
          );
        })}
      </ul>
      {pointed && told && <Tip at={pointed} words={[`Run ${told.name}`, ...wordsOfRun(told, zone), wordsOfSpan(told.span)]} />}
    </div>
  );
}
