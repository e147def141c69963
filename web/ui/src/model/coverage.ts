// How the windows of an asset lie on the screen: a row a day (or month), a column for each window of it.
import type { AssetState, Coverage, CoverageState, CoveredPeriod, CoveredWindow } from "@/api/types";
import { dateOnly, offsetOf } from "./time";

/** With its key, as people write it: "views/eu". */
export const nameOf = ({ asset, key }: AssetState): string => asset + (key && `/${key}`);

export type Shade = CoverageState | "late";

export interface Range {
  id: string;
  text: string;
  days: number;
  per: string | null; // counted by the period, where single windows would be too many
}
export const kRanges: Range[] = [
  { id: "1d", text: "Today", days: 1, per: null },
  { id: "7d", text: "7 days", days: 7, per: null },
  { id: "31d", text: "31 days", days: 31, per: null },
  { id: "90d", text: "90 days", days: 90, per: "1h" },
  { id: "1y", text: "A year", days: 365, per: "1d" },
];

const kDay = 86_400_000;

/** The moment at which that day begins in that zone, whatever its clocks do. */
export function startOfDay(day: string, zone: string): number {
  const utc = Date.parse(day + "T00:00:00Z");
  let start = utc;
  // The offset is that of the moment which is sought: the second look settles it.
  for (let i = 0; i < 2; ++i) {
    const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(offsetOf(new Date(start).toISOString(), zone))!;
    start = utc - (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  }
  return start;
}

const dayAfter = (day: string, days: number): string => new Date(Date.parse(day + "T00:00:00Z") + days * kDay).toISOString().slice(0, 10);

/** Where a range begins that ends now: at midnight, so that its first row is a whole day. */
export const beginOf = (range: Range, now: number, zone: string): string =>
  new Date(startOfDay(dayAfter(dateOnly(new Date(now).toISOString(), zone), 1 - range.days), zone)).toISOString();

export interface Cell {
  row: number;
  column: number;
  start: string;
  end: string;
  shade: Shade; // the worst that is in it
  /** Shares of the windows in it; of one window one of them is 1. */
  bad: number;
  of: CoveredWindow | CoveredPeriod;
}
export interface Layout {
  rows: string[];
  columns: number;
  cells: Cell[];
  byMonth: boolean;
}

/** A gap that later windows have passed is missing; where nothing newer has come yet, the stream is late. */
const shadeOf = (state: CoverageState, start: string, newest: number): Shade => (state === "missing" && Date.parse(start) >= newest ? "late" : state);

function cellOf(one: CoveredWindow | CoveredPeriod, newest: number): Pick<Cell, "shade" | "bad"> {
  if ("state" in one) {
    const shade = shadeOf(one.state, one.start, newest);
    return { shade, bad: one.state === "missing" ? 1 : 0 };
  }
  const { complete, corrected, missing } = one.counts;
  if (missing > 0) return { shade: shadeOf("missing", one.start, newest), bad: missing / (complete + corrected + missing) };
  return { shade: corrected > 0 ? "corrected" : "complete", bad: 0 };
}

export function layoutOf(coverage: Coverage, zone: string, newestEnd: string | null): Layout {
  const all = coverage.windows ?? coverage.periods ?? [];
  const first = all[0];
  if (!first) return { rows: [], columns: 0, cells: [], byMonth: false };
  const length = (one: CoveredWindow | CoveredPeriod) => Date.parse(one.end) - Date.parse(one.start);
  // Days change their length with the clocks: an hour less does not make it less than a day.
  const byMonth = length(first) >= 23 * 3_600_000;
  const unit = byMonth ? kDay : length(first);
  const newest = newestEnd ? Date.parse(newestEnd) : -Infinity;
  const rows: string[] = [];
  const cells: Cell[] = [];
  let rowStart = 0;
  let rowEnd = -Infinity;
  let columns = 0;
  for (const one of all) {
    const start = Date.parse(one.start);
    if (start >= rowEnd) {
      const day = dateOnly(one.start, zone);
      rows.push(byMonth ? day.slice(0, 7) : day);
      const firstDay = byMonth ? day.slice(0, 7) + "-01" : day;
      rowStart = startOfDay(firstDay, zone);
      const next = byMonth ? dayAfter(firstDay, 32).slice(0, 7) + "-01" : dayAfter(day, 1);
      rowEnd = startOfDay(next, zone);
    }
    const column = Math.round((start - rowStart) / unit);
    columns = Math.max(columns, column + 1);
    cells.push({ row: rows.length - 1, column, start: one.start, end: one.end, of: one, ...cellOf(one, newest) });
  }
  return { rows, columns: byMonth ? 31 : Math.max(columns, Math.round(kDay / unit)), cells, byMonth };
}

/** The cell beside, above or below; the same cell where there is none. */
export function step(layout: Layout, at: number, key: string): number {
  const cell = layout.cells[at];
  if (!cell) return 0;
  if (key === "ArrowRight") return Math.min(layout.cells.length - 1, at + 1);
  if (key === "ArrowLeft") return Math.max(0, at - 1);
  if (key === "Home") return layout.cells.findIndex((one) => one.row === cell.row);
  if (key === "End") return layout.cells.map((one) => one.row).lastIndexOf(cell.row);
  const row = cell.row + (key === "ArrowDown" ? 1 : -1);
  const below = layout.cells.findIndex((one) => one.row === row && one.column === cell.column);
  return below < 0 ? at : below;
}

/** Neighbours of which all is missing or late, as one stretch each. */
export function gapsOf(layout: Layout): { start: string; end: string; shade: Shade; at: number; cells: number }[] {
  const gaps: { start: string; end: string; shade: Shade; at: number; cells: number }[] = [];
  layout.cells.forEach((cell, at) => {
    if (cell.bad < 1) return;
    const last = gaps.at(-1);
    if (last && last.end === cell.start && last.shade === cell.shade) {
      last.end = cell.end;
      last.cells += 1;
    } else gaps.push({ start: cell.start, end: cell.end, shade: cell.shade, at, cells: 1 });
  });
  return gaps;
}
