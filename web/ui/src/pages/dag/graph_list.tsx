// The graph in words: each task with what it needs, for whoever would rather read than look.
import { useState } from "preact/hooks";
import type { GraphNode } from "@/api/types";
import { taskHref } from "@/model/links";
import { Icon } from "@/parts/icon";
import { Empty } from "@/parts/notes";
import { StateBadge } from "@/parts/state";
import { type Column, Pager, Table } from "@/parts/table";
import type { Scene } from "./graph_model";

const kPage = 100;
const kMostNames = 8;

const listed = (ids: string[]) => (ids.length > kMostNames ? `${ids.slice(0, kMostNames).join(", ")} and ${ids.length - kMostNames} more` : ids.join(", "));

interface Props {
  scene: Scene;
  run_id?: string;
  found: ReadonlySet<string> | null;
  onFold: (id: string) => void;
}

export function GraphList({ scene, run_id, found, onFold }: Props) {
  const [offset, setOffset] = useState(0);
  const all = found ? scene.graph.nodes.filter((node) => found.has(node.id)) : scene.graph.nodes;
  if (all.length === 0) return <Empty title="There is no task like that" />;
  const first = offset < all.length ? offset : 0;
  const name = (node: GraphNode) => {
    if (node.kind === "group")
      return (
        <button type="button" class="graph-link" aria-expanded={!node.collapsed} onClick={() => onFold(node.id)}>
          <Icon name={node.collapsed ? "right" : "down"} size={12} /> {node.id}
        </button>
      );
    return run_id ? <a href={taskHref(scene.graph.dag_id, run_id, node.id)}>{node.id}</a> : node.id;
  };
  const columns: Column<GraphNode>[] = [
    { head: "Task", cell: name },
    { head: "Operator", cell: (node) => (node.kind === "group" ? "group" : `${node.operator ?? ""}${node.mapped !== null ? ` ×${node.counts ? node.mapped : "n"}` : ""}`) },
    { head: "Runs when", cell: (node) => node.trigger_rule?.replaceAll("_", " ") ?? "" },
    { head: "Needs", cell: (node) => listed((scene.into.get(node.id) ?? []).map((edge) => edge.from)) },
    { head: "Then", cell: (node) => listed((scene.outOf.get(node.id) ?? []).map((edge) => edge.to)) },
  ];
  if (run_id) columns.splice(1, 0, { head: "State", cell: (node) => <StateBadge state={node.state} /> });
  return (
    <>
      <Table label="Tasks" rows={all.slice(first, first + kPage)} columns={columns} rowKey={(node) => node.id} />
      <Pager offset={first} limit={kPage} total={all.length} onOffset={setOffset} />
    </>
  );
}
