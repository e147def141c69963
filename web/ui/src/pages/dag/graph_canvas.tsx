// The graph on one canvas: moved and zoomed with mouse, wheel, fingers and keys.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { GraphNode } from "@/api/types";
import { usePalette } from "@/model/palette";
import { wordsOfState } from "@/model/states";
import { Button } from "@/parts/button";
import { useCanvas, useSize } from "@/parts/canvas";
import { Tip } from "./grid";
import { type Camera, type Scene, begin, firstNode, fit, kept, lineOf, nodeAt, shown, walk, zoomed } from "./graph_model";
import { paintGraph } from "./graph_paint";

const kStep = 1.3; // of the buttons
const kClick = 5; // px that a press may move and still be a click

/** What a screen reader says of a node, and its tip. */
export function wordsOf(scene: Scene, node: GraphNode): string[] {
  const names = (ids: string[]) => (ids.length > 6 ? `${ids.slice(0, 5).join(", ")} and ${ids.length - 5} more` : ids.join(", "));
  const needs = (scene.into.get(node.id) ?? []).map((edge) => edge.from);
  const next = (scene.outOf.get(node.id) ?? []).map((edge) => edge.to);
  const counts = Object.entries(node.counts ?? {});
  const many = node.kind === "group" || node.mapped !== null;
  return [
    node.id,
    node.kind === "group" ? (node.collapsed ? "folded group" : "open group") : (node.operator ?? ""),
    many && counts.length > 0 ? counts.map(([state, count]) => `${count.toLocaleString("en")} ${wordsOfState(state)}`).join(", ") : node.counts ? wordsOfState(node.state) : "",
    node.trigger_rule && node.trigger_rule !== "all_success" ? `runs when ${node.trigger_rule.replaceAll("_", " ")}` : "",
    needs.length > 0 ? `needs ${names(needs)}` : "",
    next.length > 0 ? `then ${names(next)}` : "",
  ].filter(Boolean);
}

interface Props {
  scene: Scene;
  found: ReadonlySet<string> | null;
  focused: string | null;
  onFocus: (id: string | null) => void;
  onOpen: (node: GraphNode) => void;
  /** Fold the group around a node. */
  onFold: (node: GraphNode) => void;
  /** To be moved to; a new object each time. */
  goal: { id: string } | null;
}

export function GraphCanvas({ scene, found, focused, onFocus, onOpen, onFold, goal }: Props) {
  const palette = usePalette();
  const [frame, size] = useSize<HTMLDivElement>();
  const camera = useRef<Camera | null>(null);
  const anchor = useRef<{ id: string; x: number; y: number } | null>(null); // stays where it is when groups fold
  const [pointed, setPointed] = useState<{ id: string; x: number; y: number } | null>(null);
  const fingers = useRef(new Map<number, { x: number; y: number }>());
  const press = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  const lit = pointed?.id ?? focused;
  const line = useMemo(() => (lit !== null && scene.byId.has(lit) ? lineOf(scene, lit) : null), [scene, lit]);
  const { graph } = scene;

  const [canvas, repaint] = useCanvas(size, (pen) => {
    if (!camera.current) return;
    paintGraph(pen, size, scene, camera.current, { palette, line, pointed: pointed?.id ?? null, focused, found });
  });
  if (size.width > 0) {
    camera.current ??= begin(scene, size);
    const node = anchor.current && scene.byId.get(anchor.current.id);
    // The answer with the groups as they are now: what was pressed stays under the pointer.
    if (node && (node.x !== anchor.current!.x || node.y !== anchor.current!.y)) {
      const { x, y, scale } = camera.current;
      camera.current = kept(graph, { scale, x: x + node.x - anchor.current!.x, y: y + node.y - anchor.current!.y }, size);
    }
    else camera.current = kept(graph, camera.current, size);
    if (node) anchor.current = { id: node.id, x: node.x, y: node.y };
  }
  const look = (next: Camera) => {
    camera.current = next;
    repaint();
  };
  const zoom = (factor: number, x = size.width / 2, y = size.height / 2) => camera.current && look(zoomed(graph, camera.current, size, factor, x, y));
  const reveal = (id: string, centred: boolean) => {
    const node = scene.byId.get(id);
    if (node && camera.current && size.width > 0) look(shown(graph, camera.current, size, node, centred));
  };
  // What a folded group hides is there once it is open.
  const reached = useRef<{ id: string } | null>(null);
  useEffect(() => {
    if (!goal || goal === reached.current || size.width === 0 || !scene.byId.has(goal.id)) return;
    reached.current = goal;
    reveal(goal.id, true);
  }, [goal, scene, size.width > 0]);

  const placeOf = (event: MouseEvent) => {
    const box = frame.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const nodeUnder = ({ x, y }: { x: number; y: number }) => camera.current && nodeAt(scene, camera.current.x + x / camera.current.scale, camera.current.y + y / camera.current.scale);
  const open = (node: GraphNode) => {
    anchor.current = { id: node.id, x: node.x, y: node.y };
    onOpen(node);
  };

  const onWheel = useRef<(event: WheelEvent) => void>(() => {});
  onWheel.current = (event) => {
    const at = camera.current;
    if (!at) return;
    const { x, y } = placeOf(event);
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.003)), x, y);
      return;
    }
    // A graph that is seen whole leaves the wheel to the page.
    if (graph.width * at.scale <= size.width && graph.height * at.scale <= size.height) return;
    event.preventDefault();
    const pace = (event.deltaMode ? 30 : 1) / at.scale;
    const [right, down] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
    look(kept(graph, { scale: at.scale, x: at.x + right * pace, y: at.y + down * pace }, size));
  };
  useEffect(() => {
    const element = canvas.current!;
    const listener = (event: WheelEvent) => onWheel.current(event);
    element.addEventListener("wheel", listener, { passive: false });
    return () => element.removeEventListener("wheel", listener);
  }, []);

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.current!.setPointerCapture(event.pointerId);
    fingers.current.set(event.pointerId, placeOf(event));
    press.current = { ...placeOf(event), moved: fingers.current.size > 1 };
    frame.current!.focus({ preventScroll: true });
  };
  const onPointerMove = (event: PointerEvent) => {
    const now = placeOf(event);
    const was = fingers.current.get(event.pointerId);
    const at = camera.current;
    if (!was || !at) {
      const node = nodeUnder(now);
      if (node || pointed) setPointed(node ? { id: node.id, ...now } : null);
      return;
    }
    const begun = press.current!;
    if (Math.hypot(now.x - begun.x, now.y - begun.y) > kClick) begun.moved = true;
    if (!begun.moved) return;
    if (pointed) setPointed(null);
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1];
    fingers.current.set(event.pointerId, now);
    if (other) zoom(Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(was.x - other.x, was.y - other.y)), (now.x + other.x) / 2, (now.y + other.y) / 2);
    const share = other ? 2 : 1;
    const moved = camera.current!;
    look(kept(graph, { ...moved, x: moved.x - (now.x - was.x) / moved.scale / share, y: moved.y - (now.y - was.y) / moved.scale / share }, size));
  };
  const onPointerUp = (event: PointerEvent) => {
    const isClick = fingers.current.delete(event.pointerId) && press.current?.moved === false && event.type === "pointerup";
    if (!isClick) return;
    const node = nodeUnder(placeOf(event));
    setPointed(null);
    if (!node) return onFocus(null);
    onFocus(node.id);
    open(node);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const node = focused === null ? undefined : scene.byId.get(focused);
    const keys: Record<string, () => unknown> = {
      "+": () => zoom(kStep),
      "=": () => zoom(kStep),
      "-": () => zoom(1 / kStep),
      "0": () => look(fit(graph, size)),
      Enter: () => node && open(node),
      " ": () => node && open(node),
      g: () => node && onFold(node),
      Escape: () => onFocus(null),
    };
    const next = walk(scene, focused ?? "", event.key);
    if (!next && !keys[event.key]) return;
    event.preventDefault();
    if (!next) return void keys[event.key]!();
    onFocus(next.id);
    reveal(next.id, false);
  };
  const tip = pointed && scene.byId.get(pointed.id);
  const at = focused === null ? undefined : scene.byId.get(focused);
  return (
    <div ref={frame} class="graph" role="application" tabIndex={0} aria-roledescription="graph" onKeyDown={onKeyDown}
      aria-label="Graph of the tasks. Left and right follow the edges, up and down go to the neighbours, Enter opens, g folds the group around, plus and minus zoom, 0 shows everything."
      onFocus={(event) => {
        const first = firstNode(scene);
        if (event.target === event.currentTarget && frame.current!.matches(":focus-visible") && focused === null && first) onFocus(first.id);
      }}>
      <canvas ref={canvas} class={`graph-canvas ${tip ? "over" : ""}`} aria-hidden="true" style={{ width: size.width, height: size.height }}
        onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={onPointerUp} onPointerCancel={onPointerUp}
        onPointerLeave={() => fingers.current.size === 0 && setPointed(null)} />
      <div class="graph-zoom" role="group" aria-label="Zoom">
        <Button small icon="plus" label="Closer" onClick={() => void zoom(kStep)} />
        <Button small icon="minus" label="Farther" onClick={() => void zoom(1 / kStep)} />
        <Button small icon="fit" label="Show everything" onClick={() => look(fit(graph, size))} />
      </div>
      <div class="for-screen-readers" aria-live="polite">
        {at ? wordsOf(scene, at).join("; ") : ""}
      </div>
      {tip && <Tip at={pointed} words={wordsOf(scene, tip)} />}
    </div>
  );
}
