// How the grid's squares and bars look.
import type { Palette } from "@/model/palette";
import { dateOnly, timeOnly } from "@/model/time";
import { paintSign } from "@/parts/canvas";
import type { View } from "@/parts/stage";
import type { Cells, Spot } from "./grid_model";

export const kRow = 26;
export const kHead = 92;
const kLabel = 20; // the dates above the bars
const kBar = kHead - kLabel - 6;

const firstColumn = (view: View, column: number) => Math.max(0, Math.floor(view.left / column));
const lastColumn = (view: View, column: number, columns: number) => Math.min(columns - 1, Math.floor((view.left + view.width) / column));

interface Look {
  cells: Cells;
  column: number; // width
  palette: Palette;
  only: ReadonlySet<string>;
  pointed: Spot | null;
  focused: Spot | null;
  zone: string;
}

function box(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, radius: number): void {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.fill();
}

export function paintCells(context: CanvasRenderingContext2D, view: View, { cells, column, palette, only, pointed, focused }: Look): void {
  const from = firstColumn(view, column);
  const to = lastColumn(view, column, cells.runs.length);
  if (pointed) {
    context.fillStyle = palette.surface2;
    if (pointed.row >= 0) context.fillRect(view.left, pointed.row * kRow, view.width, kRow);
    context.fillRect(pointed.column * column, view.top, column, view.height);
  }
  const side = Math.min(18, column - 3);
  for (let row = view.first; row <= view.last; row++) {
    const isGroup = cells.rows[row]?.row.kind === "group";
    for (let at = from; at <= to; at++) {
      const state = cells.stateAt(row, at);
      if (state === undefined) continue;
      const x = at * column + (column - side) / 2;
      const y = row * kRow + (kRow - side) / 2;
      context.globalAlpha = only.size > 0 && !only.has(state ?? "none") ? 0.15 : 1;
      context.fillStyle = palette.state(state);
      if (isGroup) box(context, x - 1, y + 3, side + 2, side - 6, 2);
      else {
        box(context, x, y, side, side, 3);
        if (state !== "success" && state !== null) paintSign(context, state, x + side / 2, y + side / 2, side * 0.22, palette.surface);
      }
    }
  }
  context.globalAlpha = 1;
  if (focused && focused.row >= 0) outline(context, palette, focused.column * column + 0.5, focused.row * kRow + 1, column - 1, kRow - 2);
}

function outline(context: CanvasRenderingContext2D, palette: Palette, x: number, y: number, width: number, height: number): void {
  context.strokeStyle = palette.focus;
  context.lineWidth = 2;
  context.beginPath();
  context.roundRect(x, y, width, height, 4);
  context.stroke();
}

export function paintBars(context: CanvasRenderingContext2D, view: View, { cells, column, palette, pointed, focused, zone }: Look): void {
  const { runs } = cells;
  const longest = Math.max(1, ...runs.map((run) => run.duration ?? 0));
  const every = Math.ceil(64 / column);
  context.font = `11px ${palette.font}`;
  context.textBaseline = "middle";
  if (pointed) {
    context.fillStyle = palette.surface2;
    context.fillRect(pointed.column * column, kLabel, column, kHead);
  }
  let day = "";
  for (let at = Math.max(0, firstColumn(view, column) - every); at <= lastColumn(view, column, runs.length); at++) {
    const run = runs[at]!;
    const moment = run.logical_date ?? run.run_after;
    if ((runs.length - 1 - at) % every === 0 && (at + 1) * column >= 50) {
      const date = dateOnly(moment, zone).slice(5);
      context.fillStyle = palette.text3;
      context.textAlign = "right";
      context.fillText(date === day ? timeOnly(moment, zone) : date, (at + 1) * column - 2, kLabel / 2 + 1);
      day = date;
    }
    const height = Math.max(4, ((run.duration ?? longest / 3) / longest) * kBar);
    context.fillStyle = palette.state(run.state);
    const width = Math.min(18, column - 3);
    const x = at * column + (column - width) / 2;
    box(context, x, kHead - 4 - height, width, height, 2);
    if (run.state === "failed" && height > 10) paintSign(context, "failed", x + width / 2, kHead - 10, width * 0.2, palette.surface);
  }
  if (focused && focused.row < 0) outline(context, palette, focused.column * column + 0.5, kLabel, column - 1, kHead - kLabel - 2);
}
