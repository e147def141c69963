// The coverage drawn on one canvas: a year of five-minute windows would be too many nodes.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Cell, type Layout, step } from "@/model/coverage";
import { type Palette, usePalette } from "@/model/palette";
import { useZone } from "@/model/preferences";
import { dateTime, timeOnly } from "@/model/time";

const kLabels = 84; // px at the left for the names of rows
const kTop = 20; // px above for the hours
const kKeys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

interface Measure {
  width: number; // of a cell
  height: number;
  total: number; // of the canvas
}
const measureOf = (layout: Layout, width: number): Measure => {
  const cell = (width - kLabels) / Math.max(1, layout.columns);
  return { width: cell, height: layout.rows.length === 1 ? 34 : Math.max(11, Math.min(24, cell * 2)), total: width };
};

/** Shapes differ as well as colours: what is whole fills its cell, a correction has a notch, what is not there is low. */
function drawCell(pen: CanvasRenderingContext2D, cell: Cell, m: Measure, colours: Record<string, string>): void {
  const gap = m.width > 6 ? 1.5 : m.width > 3 ? 0.75 : 0.25;
  const x = kLabels + cell.column * m.width;
  const y = kTop + cell.row * m.height;
  const width = Math.max(1, m.width - gap);
  const height = m.height - 2;
  const fill = (colour: string, top: number, share: number) => {
    pen.fillStyle = colours[colour]!;
    pen.fillRect(x, y + height * top, width, height * share);
  };
  if (cell.shade === "complete" || cell.shade === "corrected") {
    fill(cell.shade, 0, 1);
    if (cell.shade === "corrected") fill("surface", 0.42, 0.16);
    return;
  }
  fill("empty", 0, 1);
  const bad = Math.max(0.35, Math.min(1, cell.bad) * 0.35 + (cell.bad < 1 ? 0.1 : 0));
  if (cell.bad < 1) fill("complete", 0, 1 - bad);
  fill(cell.shade, 1 - bad, bad);
}

function drawLabels(pen: CanvasRenderingContext2D, layout: Layout, m: Measure, colours: Record<string, string>): void {
  pen.fillStyle = colours.words!;
  pen.textBaseline = "middle";
  pen.font = "11.5px system-ui, sans-serif";
  const every = Math.max(1, Math.ceil(14 / m.height));
  layout.rows.forEach((row, i) => i % every === 0 && pen.fillText(row, 0, kTop + i * m.height + m.height / 2 - 1));
  const perUnit = layout.byMonth ? 1 : layout.columns / 24;
  const units = layout.byMonth ? 31 : 24;
  const apart = Math.max(1, Math.ceil(48 / (perUnit * m.width)));
  const skip = layout.byMonth ? apart : ([1, 2, 3, 4, 6, 12].find((hours) => hours >= apart) ?? 12);
  for (let unit = 0; unit < units; unit += skip)
    pen.fillText(layout.byMonth ? String(unit + 1) : `${String(unit).padStart(2, "0")}:00`, kLabels + unit * perUnit * m.width, 8);
}

const coloursOf = (palette: Palette): Record<string, string> => ({
  complete: palette.state("success"), corrected: palette.state("deferred"), missing: palette.state("failed"), late: palette.state("up_for_retry"),
  empty: palette.surface3, surface: palette.surface, words: palette.text3,
});

export function wordsOf(cell: Cell, zone: string): string {
  const when = `${dateTime(cell.start, zone, false)} to ${timeOnly(cell.end, zone)}`;
  if ("state" in cell.of) return `${when}: ${cell.shade}${cell.of.revision ? `, revision ${cell.of.revision}` : ""}`;
  const { complete, corrected, missing } = cell.of.counts;
  return `${when}: ${complete} complete, ${corrected} corrected, ${missing} missing`;
}

export function Squares(props: { layout: Layout; chosen: number | null; onChosen: (at: number) => void; label: string }) {
  const { layout, chosen, onChosen, label } = props;
  const zone = useZone();
  const palette = usePalette();
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [hovered, setHovered] = useState<number | null>(null);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(420, Math.floor(entry!.contentRect.width))));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  const m = measureOf(layout, width);
  const height = kTop + layout.rows.length * m.height;
  useEffect(() => {
    const pen = canvas.current?.getContext("2d");
    if (!pen || width === 0) return;
    const scale = window.devicePixelRatio || 1;
    canvas.current!.width = width * scale;
    canvas.current!.height = height * scale;
    pen.scale(scale, scale);
    const colours = coloursOf(palette);
    drawLabels(pen, layout, m, colours);
    for (const cell of layout.cells) drawCell(pen, cell, m, colours);
  }, [layout, width, palette]);
  const find = (event: MouseEvent): number => {
    const box = canvas.current!.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - kLabels) / m.width);
    const row = Math.floor((event.clientY - box.top - kTop) / m.height);
    return layout.cells.findIndex((cell) => cell.row === row && cell.column === column);
  };
  const marked = chosen !== null ? layout.cells[chosen] : undefined;
  const told = layout.cells[hovered ?? chosen ?? -1];
  return (
    <>
      <div class="squares" ref={frame} tabIndex={0} role="application" aria-roledescription="grid of windows" aria-label={`${label}. The arrow keys walk its windows.`}
        aria-describedby="squares-told"
        onKeyDown={(event) => {
          if (!kKeys.includes(event.key)) return;
          event.preventDefault();
          setHovered(null);
          onChosen(chosen === null ? layout.cells.length - 1 : step(layout, chosen, event.key));
        }}
      >
        <div class="squares-sheet" style={{ width, height }}>
          <canvas ref={canvas} style={{ width, height }} aria-hidden="true" onMouseLeave={() => setHovered(null)}
            onMouseMove={(event) => setHovered(find(event) < 0 ? null : find(event))}
            onClick={(event) => find(event) >= 0 && onChosen(find(event))} />
          {marked && (
            <span class="squares-mark" style={{ left: kLabels + marked.column * m.width - 2, top: kTop + marked.row * m.height - 2, width: m.width + 3, height: m.height + 2 }} />
          )}
        </div>
      </div>
      <p id="squares-told" class="small squares-told number" aria-live="polite">
        {told ? wordsOf(told, zone) : "Point at a square, or walk with the arrow keys."}
      </p>
    </>
  );
}
