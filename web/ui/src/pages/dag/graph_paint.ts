// How the graph looks: in full when near, in coloured boxes from afar.
import type { GraphEdge, GraphNode } from "@/api/types";
import type { Palette } from "@/model/palette";
import { wordsOfState } from "@/model/states";
import { type Size, fitted, paintSign } from "@/parts/canvas";
import { type Camera, type Scene, boxOf, kHeader, seenEdges, seenNodes } from "./graph_model";

const kNames = 0.26; // from this scale on nodes have names
const kFull = 0.55; // and from this one all the rest
const kMostEdges = 3000; // that are drawn at once from afar
const kHairlines = 200; // more edges than these are a pixel wide: wider ones are slow to draw without a graphics card

export interface Look {
  palette: Palette;
  /** The edges of the node that is pointed at or focused; the others step back. */
  line: ReadonlySet<GraphEdge> | null;
  pointed: string | null;
  focused: string | null;
  found: ReadonlySet<string> | null;
}
type Pen = CanvasRenderingContext2D;

const shortened = new Map<string, string>();
/** Measuring is dear: what was shortened once is kept. */
function short(pen: Pen, text: string, width: number): string {
  const key = `${pen.font}|${Math.round(width)}|${text}`;
  let known = shortened.get(key);
  if (known === undefined) {
    if (shortened.size > 20_000) shortened.clear();
    shortened.set(key, (known = fitted(pen, text, width)));
  }
  return known;
}

function trace(pen: Pen, { points }: GraphEdge, straight: boolean): void {
  let [x, y] = [points[0]!, points[1]!];
  pen.moveTo(x, y);
  for (let i = 2; i < points.length; i += 2) {
    const [nextX, nextY] = [points[i]!, points[i + 1]!];
    const half = (nextX - x) / 2;
    if (straight || nextY === y) pen.lineTo(nextX, nextY);
    else pen.bezierCurveTo(x + half, y, nextX - half, nextY, nextX, nextY);
    [x, y] = [nextX, nextY];
  }
}

function paintEdges(pen: Pen, edges: GraphEdge[], colour: string, width: number, scale: number): void {
  const far = scale < kNames;
  const every = far ? Math.ceil(edges.length / kMostEdges) : 1;
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = (edges.length > kHairlines ? 1 : width) / scale;
  pen.beginPath();
  for (let i = 0; i < edges.length; i += every) trace(pen, edges[i]!, far || edges.length > kMostEdges);
  pen.stroke();
  if (scale < kFull) return;
  pen.beginPath();
  for (const { points } of edges) {
    const [x, y] = [points[points.length - 2]!, points[points.length - 1]!];
    pen.moveTo(x, y);
    pen.lineTo(x - 7, y - 3.5);
    pen.lineTo(x - 7, y + 3.5);
    pen.closePath();
  }
  pen.fill();
}

function box(pen: Pen, node: { x: number; y: number; width: number; height: number }, radius: number): void {
  pen.beginPath();
  pen.roundRect(node.x, node.y, node.width, node.height, radius);
}

function chevron(pen: Pen, x: number, y: number, open: boolean, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.beginPath();
  if (open) [[-4, -2], [0, 2], [4, -2]].forEach(([px, py], i) => (i ? pen.lineTo(x + px!, y + py!) : pen.moveTo(x + px!, y + py!)));
  else [[-2, -4], [2, 0], [-2, 4]].forEach(([px, py], i) => (i ? pen.lineTo(x + px!, y + py!) : pen.moveTo(x + px!, y + py!)));
  pen.stroke();
}

/** A state's colour with its sign in it; small, the sign could not be told from dirt. */
function paintState(pen: Pen, state: string | null, x: number, y: number, palette: Palette, hasSign = true): void {
  pen.fillStyle = palette.state(state);
  pen.beginPath();
  if (state === null) {
    pen.lineWidth = 2;
    pen.strokeStyle = palette.lineStrong;
    pen.arc(x, y, 7, 0, Math.PI * 2);
    return pen.stroke();
  }
  pen.arc(x, y, 8, 0, Math.PI * 2);
  pen.fill();
  if (!hasSign) return;
  if (state !== "success") return paintSign(pen, state, x, y, 3.4, palette.surface);
  pen.strokeStyle = palette.surface;
  pen.lineWidth = 1.7;
  pen.beginPath();
  pen.moveTo(x - 3.4, y + 0.2);
  pen.lineTo(x - 1, y + 2.7);
  pen.lineTo(x + 3.6, y - 2.5);
  pen.stroke();
}

/** How many instances are in which state, as a bar. */
function paintShares(pen: Pen, counts: Record<string, number>, x: number, y: number, width: number, palette: Palette): void {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  let at = x;
  for (const [state, count] of Object.entries(counts)) {
    pen.fillStyle = palette.state(state);
    const wide = (count / Math.max(1, total)) * width;
    pen.fillRect(at, y, wide, 3);
    at += wide;
  }
}

/** What stands under the name: the operator, and what is not as usual. */
export function wordsBelow(node: GraphNode): string {
  const total = Object.values(node.counts ?? {}).reduce((sum, count) => sum + count, 0);
  if (node.kind === "group") return node.counts ? `${total.toLocaleString("en")} task instances` : "group";
  const words = [node.operator ?? "task"];
  if (node.setup) words.push("setup");
  if (node.teardown) words.push("teardown");
  if (node.trigger_rule && node.trigger_rule !== "all_success") words.push(node.trigger_rule.replaceAll("_", " "));
  if (node.counts && node.mapped === null) words.push(wordsOfState(node.state));
  return words.join(" · ");
}

function paintOpenGroup(pen: Pen, node: GraphNode, scale: number, { palette, pointed }: Look): void {
  box(pen, node, 9);
  pen.fillStyle = palette.surface2;
  pen.fill();
  pen.strokeStyle = pointed === node.id ? palette.brand : palette.lineStrong;
  pen.lineWidth = 1 / Math.min(1, Math.max(scale, 0.05));
  pen.stroke();
  if (scale < kNames) return;
  const y = node.y + kHeader / 2;
  const size = Math.max(12.5, Math.min(20, 8.5 / scale));
  pen.font = `600 ${size}px ${palette.font}`;
  pen.fillStyle = palette.text2;
  pen.fillText(short(pen, node.label, node.width - (node.counts ? 56 : 36)), node.x + 26, y + 0.5);
  chevron(pen, node.x + 14, y, true, palette.text2);
  if (node.counts) paintState(pen, node.state, node.x + node.width - 16, y, palette);
}

function paintNode(pen: Pen, node: GraphNode, scale: number, look: Look): void {
  const { palette } = look;
  const isStack = node.kind === "group" || node.mapped !== null;
  const isLit = look.pointed === node.id;
  const hasState = node.counts !== null;
  if (scale < kNames) {
    pen.fillStyle = hasState ? palette.state(node.state) : palette.lineStrong;
    pen.fillRect(node.x, node.y, node.width, node.height);
    return;
  }
  const isFull = scale >= kFull;
  pen.lineWidth = isLit ? 1.5 : 1;
  pen.strokeStyle = isLit ? palette.brand : palette.lineStrong;
  if (isStack) {
    box(pen, { ...node, x: node.x + 3, y: node.y + 3 }, 7);
    pen.fillStyle = palette.surface3;
    pen.fill();
    pen.stroke();
  }
  box(pen, node, isFull ? 7 : 0);
  pen.fillStyle = isLit ? palette.surface2 : palette.surface;
  pen.fill();
  pen.stroke();
  const middle = node.y + node.height / 2;
  const count = node.mapped !== null ? `×${hasState ? node.mapped.toLocaleString("en") : "n"}` : "";
  const left = node.x + (hasState ? 30 : node.kind === "group" ? 26 : 12);
  if (hasState) paintState(pen, node.state, node.x + 16, middle, palette, isFull);
  else if (node.kind === "group") chevron(pen, node.x + 14, middle, false, palette.text2);
  pen.font = `${node.kind === "group" ? 600 : 500} ${isFull ? 13 : Math.min(20, 8.5 / scale)}px ${palette.font}`;
  pen.fillStyle = palette.text;
  const right = node.kind === "group" && hasState ? 18 : 0;
  pen.fillText(short(pen, node.label, node.x + node.width - left - 8 - right), left, isFull ? middle - 7 : middle);
  if (right) chevron(pen, node.x + node.width - 14, middle, false, palette.text2);
  if (!isFull) return;
  pen.font = `11px ${palette.font}`;
  pen.fillStyle = palette.text3;
  const wide = count ? pen.measureText(count).width + 8 : right;
  pen.fillText(short(pen, wordsBelow(node), node.x + node.width - left - 8 - wide), left, middle + 9);
  if (count) pen.fillText(count, node.x + node.width - wide, middle + 9);
  if (isStack && node.counts) paintShares(pen, node.counts, node.x + 8, node.y + node.height - 4, node.width - 16, palette);
}

function ring(pen: Pen, scene: Scene, node: GraphNode, colour: string, scale: number): void {
  const width = 2 / Math.min(1, scale);
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  const height = scene.isOpenGroup(node) ? kHeader : node.height;
  box(pen, { x: node.x - width - 1, y: node.y - width - 1, width: node.width + 2 * width + 2, height: height + 2 * width + 2 }, 9);
  pen.stroke();
}

export function paintGraph(pen: Pen, size: Size, scene: Scene, camera: Camera, look: Look): void {
  const { palette, line } = look;
  const { scale } = camera;
  const view = boxOf(camera, size);
  const nodes = seenNodes(scene, view);
  pen.save();
  pen.scale(scale, scale);
  pen.translate(-camera.x, -camera.y);
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  for (const node of nodes) if (scene.isOpenGroup(node)) paintOpenGroup(pen, node, scale, look);
  const edges = seenEdges(scene, view);
  pen.globalAlpha = line ? 0.35 : scale < kNames ? 0.5 : 1;
  paintEdges(pen, line ? edges.filter((edge) => !line.has(edge)) : edges, palette.lineStrong, 1.2, scale);
  pen.globalAlpha = 1;
  if (line) paintEdges(pen, edges.filter((edge) => line.has(edge)), palette.brand, 1.8, scale);
  for (const node of nodes) {
    if (scene.isOpenGroup(node)) continue;
    pen.globalAlpha = look.found && !look.found.has(node.id) ? 0.35 : 1;
    paintNode(pen, node, scale, look);
  }
  pen.globalAlpha = 1;
  const focused = look.focused === null ? undefined : scene.byId.get(look.focused);
  if (focused) ring(pen, scene, focused, palette.focus, scale);
  pen.restore();
}
