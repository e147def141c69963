import { fireEvent, render, screen } from "@testing-library/preact";
import { describe, expect, it, vi } from "vitest";
import type { Graph, GraphNode } from "@/api/types";
import { wordsOf } from "@/pages/dag/graph_canvas";
import { type Known, around, begin, boxOf, firstNode, fit, found, kept, learn, leastScale, lineOf, nodeAt, sceneOf, seenEdges, seenNodes, shown, visible, walk, zoomed } from "@/pages/dag/graph_model";
import { wordsBelow } from "@/pages/dag/graph_paint";
import { GraphSearch } from "@/pages/dag/graph_search";

const node = (id: string, x: number, y: number, more: Partial<GraphNode> = {}): GraphNode => ({
  id, kind: "task", label: id, parent: null, x, y, width: 176, height: 40, collapsed: false, operator: "run", mapped: null,
  trigger_rule: "all_success", state: null, counts: null, setup: false, teardown: false, ...more,
});
const group = (id: string, x: number, y: number, width: number, height: number, collapsed = false): GraphNode =>
  node(id, x, y, { kind: "group", width, height, collapsed, operator: null, trigger_rule: null });

/** a → (g: b, c) → d, and e alone below a. */
const kGraph: Graph = {
  dag_id: "etl", run_id: null, width: 700, height: 200,
  nodes: [node("a", 0, 50), group("g", 240, 0, 208, 160), node("g.b", 256, 40, { parent: "g" }), node("g.c", 256, 100, { parent: "g" }), node("d", 520, 60), node("e", 0, 150)],
  edges: [["a", "g.b", 176, 70, 256, 60], ["a", "g.c", 176, 70, 256, 120], ["g.b", "d", 432, 60, 520, 80], ["g.c", "d", 432, 120, 520, 80]].map(([from, to, ...points]) => ({
    from: from as string, to: to as string, points: points as number[],
  })),
};
const scene = sceneOf(kGraph);
const size = { width: 1000, height: 500 };

describe("a point of the graph", () => {
  it("is the task that lies there, not the group around it", () => expect(nodeAt(scene, 300, 60)?.id).toBe("g.b"));
  it("is an open group at its header only", () => {
    expect(nodeAt(scene, 300, 10)?.id).toBe("g");
    expect(nodeAt(scene, 300, 90)).toBeNull();
  });
  it("is a folded group everywhere", () => {
    const folded = sceneOf({ ...kGraph, nodes: [group("g", 0, 0, 176, 40, true)], edges: [] });
    expect(nodeAt(folded, 100, 35)?.id).toBe("g");
  });
});

describe("what is painted", () => {
  it("are the nodes that the view touches", () =>
    expect(seenNodes(scene, { left: 500, top: 0, right: 600, bottom: 100 }).map(({ id }) => id)).toEqual(["d"]));
  it("are the edges that cross it, also those whose ends are elsewhere", () =>
    expect(seenEdges(scene, { left: 200, top: 0, right: 230, bottom: 65 }).map(({ to }) => to)).toEqual(["g.b"]));
  it("is ten thousand nodes culled within a frame", () => {
    const nodes = Array.from({ length: 10_000 }, (_, i) => node(`t${i}`, (i % 100) * 240, Math.floor(i / 100) * 56));
    const edges = nodes.slice(100).map(({ id, x, y }, i) => ({ from: nodes[i]!.id, to: id, points: [x, y, x + 64, y] }));
    const large = sceneOf({ ...kGraph, nodes, edges, width: 24_000, height: 5_600 });
    const begun = performance.now();
    for (let i = 0; i < 20; i++) {
      const box = { left: i * 100, top: 0, right: i * 100 + 1200, bottom: 800 };
      expect(seenNodes(large, box).length + seenEdges(large, box).length).toBeLessThan(400);
    }
    expect((performance.now() - begun) / 20).toBeLessThan(50);
  });
});

describe("the edges of a node", () => {
  it("are all before and all behind it, and no others", () =>
    expect([...lineOf(scene, "g.b")].map(({ from, to }) => `${from}>${to}`).sort()).toEqual(["a>g.b", "g.b>d"]));
  it("of the first are all that it leads to", () => expect(lineOf(scene, "a").size).toBe(4));
});

describe("arrow keys", () => {
  it.each([
    ["a", "ArrowRight", "g.b"],
    ["g.c", "ArrowRight", "d"],
    ["g.c", "ArrowLeft", "a"],
    ["g.b", "ArrowDown", "g.c"],
    ["g.c", "ArrowUp", "g.b"],
    ["a", "ArrowDown", "e"],
    ["d", "ArrowRight", "d"],
    ["d", "Home", "a"],
  ])("%s %s is %s", (from, key, to) => expect(walk(scene, from, key)?.id).toBe(to));
  it("begin at the first task", () => {
    expect(walk(scene, "gone", "ArrowRight")?.id).toBe("a");
    expect(firstNode(scene)?.id).toBe("a");
  });
  it("leave other keys alone", () => expect(walk(scene, "a", "Tab")).toBeNull());
});

describe("the view", () => {
  it("begins with the whole graph, not larger than it is", () => {
    const camera = begin(scene, size);
    expect(camera.scale).toBe(1);
    const box = boxOf(camera, size);
    expect(box.left).toBeLessThan(0);
    expect(box.right).toBeGreaterThan(700);
  });
  it("begins at the first task where the whole could not be read", () => {
    const camera = begin(sceneOf({ ...kGraph, width: 90_000, height: 30_000 }), size);
    expect(camera.scale).toBe(0.8);
    expect(camera.x).toBeLessThan(0);
  });
  it("zooms around the pointer", () => {
    const before = fit(kGraph, size);
    const after = zoomed(kGraph, before, size, 1.5, 300, 250);
    expect(after.x + 300 / after.scale).toBeCloseTo(before.x + 300 / before.scale);
  });
  it("can always show everything, and ends somewhere", () => {
    const large = { ...kGraph, width: 90_000, height: 30_000 };
    expect(zoomed(large, { x: 0, y: 0, scale: 0.5 }, size, 1e-9, 0, 0).scale).toBe(leastScale(large, size));
    expect(leastScale(large, size) * 90_000).toBeLessThanOrEqual(size.width);
    expect(zoomed(kGraph, { x: 0, y: 0, scale: 1 }, size, 1e9, 0, 0).scale).toBe(2);
  });
  it("never loses the graph", () => {
    const box = boxOf(kept(kGraph, { x: 1e6, y: -1e6, scale: 1 }, size), size);
    expect(box.left).toBeLessThan(700);
    expect(box.bottom).toBeGreaterThan(0);
  });
  it("moves no more than it must to show a node", () => {
    const camera = { x: 0, y: -100, scale: 1 };
    expect(shown(kGraph, camera, size, scene.byId.get("d")!, false)).toEqual(camera);
    expect(shown(kGraph, { x: 0, y: 0, scale: 1 }, { width: 400, height: 500 }, scene.byId.get("d")!, false).x).toBe(520 + 176 + 24 - 400);
  });
});

describe("search", () => {
  const known = (): Known => learn(new Map(), kGraph);
  it("finds what begins with the words first", () => expect(found(known(), "b")[0]).toBe("g.b"));
  it("shows the folded group in which a task lies", () => {
    const folded = sceneOf({ ...kGraph, nodes: [group("g", 0, 0, 176, 40, true)], edges: [] });
    expect(visible(folded, known(), "g.c")?.id).toBe("g");
    expect(around(known(), "g.c")).toEqual(["g"]);
  });
  it("moves to the first as one types, unfolds it with Enter, and goes on with the next", () => {
    const onGo = vi.fn();
    const onFound = vi.fn();
    render(<GraphSearch known={known()} onGo={onGo} onFound={onFound} />);
    const field = screen.getByLabelText("Find a task");
    fireEvent.input(field, { target: { value: "g." } });
    expect(onFound).toHaveBeenLastCalledWith(["g.b", "g.c"]);
    expect(onGo).toHaveBeenLastCalledWith("g.b", false);
    fireEvent.keyDown(field, { key: "Enter" });
    expect(onGo).toHaveBeenLastCalledWith("g.b", true);
    fireEvent.keyDown(field, { key: "Enter" });
    expect(onGo).toHaveBeenLastCalledWith("g.c", true);
    expect(screen.getByRole("status").textContent).toBe("2 of 2");
    fireEvent.keyDown(field, { key: "Escape" });
    expect(onFound).toHaveBeenLastCalledWith(null);
  });
});

describe("a node in words", () => {
  it("says what it needs and what comes then", () => expect(wordsOf(scene, scene.byId.get("g.b")!)).toEqual(["g.b", "run", "needs a", "then d"]));
  it("says its state in a run, waiting too", () => expect(wordsOf(scene, node("x", 0, 0, { counts: { no_status: 1 } }))).toContain("waiting"));
  it("counts the instances of a mapped task", () =>
    expect(wordsOf(scene, node("x", 0, 0, { mapped: 3, counts: { success: 2, failed: 1 } }))).toContain("2 success, 1 failed"));
  it("has what is not as usual below its name", () =>
    expect(wordsBelow(node("x", 0, 0, { trigger_rule: "one_failed", teardown: true }))).toBe("run · teardown · one failed"));
});
