// A graph as it lies on the plane: what is where, what is seen, where a key leads. Coordinates are the daemon's, in px at scale 1.
import type { Graph, GraphEdge, GraphNode } from "@/api/types";

export const kHeader = 28; // of an open group, as the daemon leaves room for
const kMargin = 24;
const kMostScale = 2;
const kReadable = 0.5; // a graph that would be smaller than this begins at its first tasks instead
const kBegin = 0.8;

export interface Scene {
  graph: Graph;
  byId: ReadonlyMap<string, GraphNode>;
  into: ReadonlyMap<string, GraphEdge[]>;
  outOf: ReadonlyMap<string, GraphEdge[]>;
  /** Of each edge: left, top, right, bottom. */
  bounds: Float64Array;
  isOpenGroup: (node: GraphNode) => boolean;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}
/** What of the plane is on the screen: (x, y) is at its upper left. */
export interface Camera {
  x: number;
  y: number;
  scale: number;
}
interface Size {
  width: number;
  height: number;
}

export function sceneOf(graph: Graph): Scene {
  const into = new Map<string, GraphEdge[]>();
  const outOf = new Map<string, GraphEdge[]>();
  const bounds = new Float64Array(graph.edges.length * 4);
  const put = (map: Map<string, GraphEdge[]>, id: string, edge: GraphEdge) => {
    const list = map.get(id);
    if (list) list.push(edge);
    else map.set(id, [edge]);
  };
  graph.edges.forEach((edge, at) => {
    put(into, edge.to, edge);
    put(outOf, edge.from, edge);
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < edge.points.length; i += 2) {
      left = Math.min(left, edge.points[i]!);
      right = Math.max(right, edge.points[i]!);
      top = Math.min(top, edge.points[i + 1]!);
      bottom = Math.max(bottom, edge.points[i + 1]!);
    }
    bounds.set([left, top, right, bottom], at * 4);
  });
  return { graph, byId: new Map(graph.nodes.map((node) => [node.id, node])), into, outOf, bounds, isOpenGroup: (node) => node.kind === "group" && !node.collapsed };
}

/** The node at that point of the plane; of an open group only its header is one. */
export function nodeAt(scene: Scene, x: number, y: number): GraphNode | null {
  const { nodes } = scene.graph;
  // Backwards: what lies in a group comes after it.
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    const height = scene.isOpenGroup(node) ? kHeader : node.height;
    if (x >= node.x && x <= node.x + node.width && y >= node.y && y <= node.y + height) return node;
  }
  return null;
}

export const boxOf = (camera: Camera, size: Size): Box => ({
  left: camera.x,
  top: camera.y,
  right: camera.x + size.width / camera.scale,
  bottom: camera.y + size.height / camera.scale,
});

export const seenNodes = (scene: Scene, box: Box): GraphNode[] =>
  scene.graph.nodes.filter((node) => node.x <= box.right && node.x + node.width >= box.left && node.y <= box.bottom && node.y + node.height >= box.top);

export const seenEdges = ({ graph, bounds }: Scene, box: Box): GraphEdge[] =>
  graph.edges.filter((_, i) => bounds[i * 4]! <= box.right && bounds[i * 4 + 2]! >= box.left && bounds[i * 4 + 1]! <= box.bottom && bounds[i * 4 + 3]! >= box.top);

/** All edges that lead to a node, and all that lead on from it, however far. */
export function lineOf(scene: Scene, id: string): Set<GraphEdge> {
  const line = new Set<GraphEdge>();
  const follow = (edges: ReadonlyMap<string, GraphEdge[]>, next: (edge: GraphEdge) => string) => {
    const met = new Set([id]);
    const open = [id];
    for (let at = open.pop(); at !== undefined; at = open.pop())
      for (const edge of edges.get(at) ?? []) {
        line.add(edge);
        const to = next(edge);
        if (!met.has(to)) open.push(to);
        met.add(to);
      }
  };
  follow(scene.into, (edge) => edge.from);
  follow(scene.outOf, (edge) => edge.to);
  return line;
}

const middle = (node: GraphNode) => node.y + node.height / 2;

/** Where the walk begins: the first node that nothing leads to. */
export function firstNode(scene: Scene): GraphNode | null {
  let first: GraphNode | null = null;
  for (const node of scene.graph.nodes)
    if (!scene.isOpenGroup(node) && (!first || node.x < first.x || (node.x === first.x && node.y < first.y))) first = node;
  return first;
}

/** Left and right go along edges, up and down to the neighbour in the column. The node itself where there is none; null: the key is none that walks. */
export function walk(scene: Scene, id: string, key: string): GraphNode | null {
  const from = scene.byId.get(id);
  if (!from) return firstNode(scene);
  const nearest = (nodes: GraphNode[]): GraphNode =>
    nodes.reduce<GraphNode | null>((best, node) => (!best || Math.abs(middle(node) - middle(from)) < Math.abs(middle(best) - middle(from)) ? node : best), null) ?? from;
  const column = (isBeyond: (node: GraphNode) => boolean) =>
    nearest(scene.graph.nodes.filter((node) => node !== from && !scene.isOpenGroup(node) && node.x < from.x + from.width && node.x + node.width > from.x && isBeyond(node)));
  const ends = (edges: GraphEdge[] | undefined, end: "from" | "to") => nearest((edges ?? []).flatMap((edge) => scene.byId.get(edge[end]) ?? []));
  switch (key) {
    case "ArrowRight":
      return ends(scene.outOf.get(id), "to");
    case "ArrowLeft":
      return ends(scene.into.get(id), "from");
    case "ArrowUp":
      return column((node) => middle(node) < middle(from));
    case "ArrowDown":
      return column((node) => middle(node) > middle(from));
    case "Home":
      return firstNode(scene);
    default:
      return null;
  }
}

const fitScale = (graph: Graph, size: Size) => Math.min((size.width - 2 * kMargin) / Math.max(1, graph.width), (size.height - 2 * kMargin) / Math.max(1, graph.height));

export const leastScale = (graph: Graph, size: Size) => Math.min(0.25, Math.max(0.001, fitScale(graph, size)));

/** Everything, in the middle. */
export function fit(graph: Graph, size: Size): Camera {
  const scale = Math.min(1, Math.max(0.001, fitScale(graph, size)));
  return { scale, x: (graph.width - size.width / scale) / 2, y: (graph.height - size.height / scale) / 2 };
}

/** Everything if it can be read then, else where it begins. */
export function begin(scene: Scene, size: Size): Camera {
  const whole = fit(scene.graph, size);
  const first = firstNode(scene);
  if (whole.scale >= kReadable || !first) return whole;
  const height = scene.graph.height - size.height / kBegin;
  return { scale: kBegin, x: first.x - kMargin / kBegin, y: height <= 0 ? height / 2 : Math.max(-kMargin / kBegin, first.y - size.height / kBegin / 2) };
}

/** The graph never leaves the screen altogether. */
export function kept(graph: Graph, camera: Camera, size: Size): Camera {
  const clamp = (at: number, whole: number, seen: number) => Math.min(whole - seen / 2, Math.max(-seen / 2, at));
  return { scale: camera.scale, x: clamp(camera.x, graph.width, size.width / camera.scale), y: clamp(camera.y, graph.height, size.height / camera.scale) };
}

/** Closer or farther, so that the point (x, y) of the screen stays where it is. */
export function zoomed(graph: Graph, camera: Camera, size: Size, factor: number, x: number, y: number): Camera {
  const scale = Math.min(kMostScale, Math.max(leastScale(graph, size), camera.scale * factor));
  return kept(graph, { scale, x: camera.x + x / camera.scale - x / scale, y: camera.y + y / camera.scale - y / scale }, size);
}

/** So that the node can be seen and read: moved as little as need be, or to the middle if `centred`. */
export function shown(graph: Graph, camera: Camera, size: Size, node: GraphNode, centred: boolean): Camera {
  const scale = centred ? Math.min(1, Math.max(camera.scale, kBegin)) : Math.max(camera.scale, kReadable);
  const [width, height] = [size.width / scale, size.height / scale];
  if (centred || scale !== camera.scale)
    return kept(graph, { scale, x: node.x + Math.min(node.width, width) / 2 - width / 2, y: node.y + Math.min(node.height, height) / 2 - height / 2 }, size);
  const near = (at: number, from: number, extent: number, seen: number) => (from - kMargin < at ? from - kMargin : from + extent + kMargin > at + seen ? from + extent + kMargin - seen : at);
  return kept(graph, { scale, x: near(camera.x, node.x, node.width, width), y: near(camera.y, node.y, node.height, height) }, size);
}

/** Every node that was ever seen, and the group that it lies in: search finds what is folded, too. */
export type Known = Map<string, { parent: string | null; kind: "task" | "group" }>;

export function learn(known: Known, graph: Graph): Known {
  for (const { id, parent, kind } of graph.nodes) known.set(id, { parent, kind });
  return known;
}

/** The node itself, or the folded group that hides it. */
export function visible(scene: Scene, known: Known, id: string): GraphNode | null {
  for (let at: string | null = id; at !== null; at = known.get(at)?.parent ?? null) {
    const node = scene.byId.get(at);
    if (node) return node;
  }
  return null;
}

/** The groups around a node, the innermost first. */
export function around(known: Known, id: string): string[] {
  const groups: string[] = [];
  for (let at = known.get(id)?.parent ?? null; at !== null; at = known.get(at)?.parent ?? null) groups.push(at);
  return groups;
}

/** Ids that have these words in them; those that begin with them come first. */
export function found(known: Known, words: string): string[] {
  const asked = words.trim().toLowerCase();
  if (!asked) return [];
  const rank = (id: string) => {
    const name = id.toLowerCase();
    return name === asked ? 0 : name.startsWith(asked) || name.includes("." + asked) ? 1 : 2;
  };
  return [...known.keys()].filter((id) => id.toLowerCase().includes(asked)).sort((a, b) => rank(a) - rank(b));
}
