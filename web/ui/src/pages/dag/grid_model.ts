// What a grid shows: rows that no folded group hides, runs from the oldest to the newest, and the state where they meet.
import type { Grid, GridRow, GridRun } from "@/api/types";

export interface Cells {
  rows: { row: GridRow; index: number }[];
  runs: GridRun[];
  /** undefined: this run does not have that task. */
  stateAt: (row: number, column: number) => string | null | undefined;
}

/** With `only`, rows are left out that are in none of these states in any run. */
export function cellsOf(grid: Grid, folded: ReadonlySet<string>, only: ReadonlySet<string>): Cells {
  const runs = [...grid.runs].reverse();
  const hidden = new Set<string>();
  const codes = new Set(Object.entries(grid.codes).flatMap(([code, state]) => (only.has(state === "no_status" ? "none" : state) ? [code] : [])));
  const isAsked = (index: number) => only.size === 0 || runs.some((run) => codes.has(run.states[index] ?? " "));
  const rows = grid.tasks.flatMap((row, index) => {
    const inFolded = row.parent !== null && (hidden.has(row.parent) || folded.has(row.parent));
    if (inFolded) hidden.add(row.id);
    return inFolded || !isAsked(index) ? [] : [{ row, index }];
  });
  return {
    rows,
    runs,
    stateAt: (row, column) => {
      const code = runs[column]?.states[rows[row]?.index ?? -1];
      if (code === undefined || code === " ") return undefined;
      const state = grid.codes[code] ?? null;
      return state === "no_status" ? null : state;
    },
  };
}

export interface Spot {
  row: number; // -1: the run itself
  column: number;
}

/** Where a key leads; null: it is none that moves. Ctrl goes to the end. */
export function stepOf(key: string, far: boolean, from: Spot, rows: number, columns: number): Spot | null {
  const row = (to: number) => ({ ...from, row: Math.min(rows - 1, Math.max(-1, to)) });
  const column = (to: number) => ({ ...from, column: Math.min(columns - 1, Math.max(0, to)) });
  switch (key) {
    case "ArrowUp":
      return row(far ? -1 : from.row - 1);
    case "ArrowDown":
      return row(far ? rows - 1 : from.row + 1);
    case "ArrowLeft":
      return column(far ? 0 : from.column - 1);
    case "ArrowRight":
      return column(far ? columns - 1 : from.column + 1);
    case "Home":
      return far ? { row: -1, column: 0 } : column(0);
    case "End":
      return far ? { row: rows - 1, column: columns - 1 } : column(columns - 1);
    case "PageUp":
      return row(from.row - 10);
    case "PageDown":
      return row(from.row + 10);
    default:
      return null;
  }
}

/** A run in a few words: "scheduled run of 2026-11-22 02:15". */
export const wordsOfType: Record<string, string> = {
  manual: "by hand",
  scheduled: "scheduled",
  backfill: "backfill",
  asset_triggered: "by windows or events",
};
