import { describe, expect, it } from "vitest";
import type { Coverage, CoverageState } from "@/api/types";
import { beginOf, gapsOf, kRanges, layoutOf, startOfDay, step } from "@/model/coverage";

const kHour = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();
function hours(from: string, states: CoverageState[]): Coverage {
  const windows = states.map((state, i) => ({
    start: iso(Date.parse(from) + i * kHour), end: iso(Date.parse(from) + (i + 1) * kHour), state, revision: null, event_id: null,
  }));
  return { asset: "a", key: "", every: "1h", per: null, timezone: "UTC", from, to: from, watermark: null, counts: { complete: 0, corrected: 0, missing: 0 }, windows, total_entries: windows.length };
}

describe("the coverage of an asset", () => {
  it("has a row for each day of the zone", () => {
    const layout = layoutOf(hours("2026-11-21T23:00:00Z", Array(26).fill("complete")), "Europe/Berlin", null);
    expect(layout.rows).toEqual(["2026-11-22", "2026-11-23"]);
    expect(layout.cells[0]).toMatchObject({ row: 0, column: 0 });
    expect(layout.cells[24]).toMatchObject({ row: 1, column: 0 });
  });
  it("gives the day on which the clocks go back 25 columns, and none of its windows share one", () => {
    const layout = layoutOf(hours("2026-10-24T22:00:00Z", Array(25).fill("complete")), "Europe/Berlin", null);
    expect(layout.rows).toEqual(["2026-10-25"]);
    expect(new Set(layout.cells.map((cell) => cell.column)).size).toBe(25);
  });
  it("calls what is behind the newest window missing, and what nothing has come after yet late", () => {
    const layout = layoutOf(hours("2026-11-22T00:00:00Z", ["complete", "missing", "complete", "missing"]), "UTC", "2026-11-22T03:00:00Z");
    expect(layout.cells.map((cell) => cell.shade)).toEqual(["complete", "missing", "complete", "late"]);
  });
  it("joins neighbours to one gap", () => {
    const layout = layoutOf(hours("2026-11-22T00:00:00Z", ["missing", "missing", "complete", "missing"]), "UTC", "2026-11-22T04:00:00Z");
    expect(gapsOf(layout).map(({ start, cells }) => [start.slice(11, 16), cells])).toEqual([["00:00", 2], ["03:00", 1]]);
  });
  it("counts days in rows of months", () => {
    const coverage = hours("2026-01-31T00:00:00Z", []);
    coverage.windows = undefined;
    coverage.periods = ["2026-01-31", "2026-02-01"].map((day) => ({
      start: day + "T00:00:00Z", end: iso(Date.parse(day) + 24 * kHour), counts: { complete: 18, corrected: 0, missing: 6 },
    }));
    const layout = layoutOf(coverage, "UTC", "2026-03-01T00:00:00Z");
    expect(layout.rows).toEqual(["2026-01", "2026-02"]);
    expect(layout.cells.map(({ row, column, bad }) => [row, column, bad])).toEqual([[0, 30, 0.25], [1, 0, 0.25]]);
  });
  it("is walked by the arrow keys, and not left by them", () => {
    const layout = layoutOf(hours("2026-11-22T00:00:00Z", Array(48).fill("complete")), "UTC", null);
    expect(step(layout, 3, "ArrowDown")).toBe(27);
    expect(step(layout, 27, "ArrowUp")).toBe(3);
    expect(step(layout, 3, "ArrowUp")).toBe(3);
    expect(step(layout, 47, "ArrowRight")).toBe(47);
    expect(step(layout, 30, "Home")).toBe(24);
    expect(step(layout, 3, "End")).toBe(23);
  });
});

describe("a range", () => {
  it("begins at a midnight of the zone, also across a change of the clocks", () => {
    const now = Date.parse("2026-10-26T12:00:00Z");
    expect(beginOf(kRanges[0]!, now, "Europe/Berlin")).toBe("2026-10-25T23:00:00.000Z");
    expect(beginOf(kRanges[1]!, now, "Europe/Berlin")).toBe("2026-10-19T22:00:00.000Z");
  });
  it.each([
    ["2026-03-29", "2026-03-28T23:00:00.000Z"],
    ["2026-03-30", "2026-03-29T22:00:00.000Z"],
  ])("%s in Berlin begins at %s", (day, start) => expect(iso(startOfDay(day, "Europe/Berlin"))).toBe(start));
});
