import { describe, expect, it } from "vitest";
import type { Grid, GridRow, GridRun } from "@/api/types";
import { cellsOf, stepOf } from "@/pages/dag/grid_model";

const row = (id: string, kind: GridRow["kind"] = "task"): GridRow => {
  const steps = id.split(".");
  return {
    id, kind, label: steps.at(-1)!, parent: steps.slice(0, -1).join(".") || null, depth: steps.length - 1,
    operator: kind === "task" ? "run" : null, mapped: false, setup: false, teardown: false,
  };
};
const run = (run_id: string, states: string): GridRun => ({
  run_id, states, run_type: "scheduled", state: "success", logical_date: null, run_after: "2026-11-22T12:00:00Z",
  start_date: null, end_date: null, duration: null, note: null, version: 1,
});
const kGrid: Grid = {
  dag_id: "etl",
  tasks: [row("extract"), row("stage", "group"), row("stage.a"), row("stage.inner", "group"), row("stage.inner.b"), row("load")],
  runs: [run("newest", "ssssf-"), run("middle", "sfsfff"), run("oldest", "ssss ")],
  codes: { s: "success", f: "failed", "-": "no_status", " ": "not in this run" },
  total_entries: 3,
};
const kNone: ReadonlySet<string> = new Set();
const ids = (folded: ReadonlySet<string>, only = kNone) => cellsOf(kGrid, folded, only).rows.map((one) => one.row.id);

describe("the cells of a grid", () => {
  it("have the newest run at the right", () => {
    expect(cellsOf(kGrid, kNone, kNone).runs.map((one) => one.run_id)).toEqual(["oldest", "middle", "newest"]);
  });
  it("say the state of a task in a run", () => {
    const cells = cellsOf(kGrid, kNone, kNone);
    expect(cells.stateAt(1, 1)).toBe("failed");
    expect(cells.stateAt(0, 2)).toBe("success");
  });
  it("tell a task that waits from one that the run doesn't have", () => {
    const cells = cellsOf(kGrid, kNone, kNone);
    expect(cells.stateAt(5, 2)).toBeNull();
    expect(cells.stateAt(4, 0)).toBeUndefined();
    expect(cells.stateAt(5, 0)).toBeUndefined();
  });
  it("of a folded group, and of groups in it, are hidden; the group stays", () => {
    expect(ids(new Set(["stage"]))).toEqual(["extract", "stage", "load"]);
    expect(ids(new Set(["stage.inner"]))).toEqual(["extract", "stage", "stage.a", "stage.inner", "load"]);
  });
  it("keep their states when rows above are hidden", () => {
    const cells = cellsOf(kGrid, new Set(["stage"]), kNone);
    expect(cells.stateAt(2, 1)).toBe("failed");
  });
  it("are those of rows that are in one of the states asked for", () => {
    expect(ids(kNone, new Set(["failed"]))).toEqual(["stage", "stage.inner", "stage.inner.b", "load"]);
    expect(ids(kNone, new Set(["none"]))).toEqual(["load"]);
  });
});

describe("keys in the grid", () => {
  const from = { row: 2, column: 1 };
  it.each([
    ["ArrowUp", false, { row: 1, column: 1 }],
    ["ArrowDown", false, { row: 3, column: 1 }],
    ["ArrowLeft", false, { row: 2, column: 0 }],
    ["ArrowRight", false, { row: 2, column: 2 }],
    ["ArrowRight", true, { row: 2, column: 2 }],
    ["ArrowUp", true, { row: -1, column: 1 }],
    ["End", true, { row: 4, column: 2 }],
    ["PageDown", false, { row: 4, column: 1 }],
  ])("%s (far: %s) leads to %j", (key, far, to) => expect(stepOf(key, far, from, 5, 3)).toEqual(to));
  it("lead to the run above the first row, and no further", () => {
    expect(stepOf("ArrowUp", false, { row: 0, column: 0 }, 5, 3)).toEqual({ row: -1, column: 0 });
    expect(stepOf("ArrowUp", false, { row: -1, column: 0 }, 5, 3)).toEqual({ row: -1, column: 0 });
  });
  it("that don't move are left to the browser", () => expect(stepOf("Tab", false, from, 5, 3)).toBeNull());
});
