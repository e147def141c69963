// What a task is, where no run says how it does.
import type { GraphNode } from "@/api/types";
import { Button } from "@/parts/button";
import { Facts } from "@/parts/page";
import type { Scene } from "./graph_model";

const kMost = 12;

export function NodePanel({ scene, node, onGo, onClose }: { scene: Scene; node: GraphNode; onGo: (id: string) => void; onClose: () => void }) {
  const links = (ids: string[]) =>
    ids.length > 0 && (
      <>
        {ids.slice(0, kMost).map((id) => (
          <button key={id} type="button" class="graph-link" onClick={() => onGo(id)}>
            {id}
          </button>
        ))}
        {ids.length > kMost && <span class="muted">and {ids.length - kMost} more</span>}
      </>
    );
  const marks = [node.setup && "setup", node.teardown && "teardown", node.mapped !== null && "one for each item"].filter(Boolean).join(", ");
  return (
    <aside class="graph-panel" aria-label={`Task ${node.id}`}>
      <div class="graph-panel-head">
        <h3>{node.id}</h3>
        <Button small kind="quiet" icon="cross" label="Close" onClick={onClose} />
      </div>
      <Facts
        of={[
          ["Operator", node.operator ?? "group"],
          ["Runs when", node.trigger_rule?.replaceAll("_", " ")],
          ["Needs", links((scene.into.get(node.id) ?? []).map((edge) => edge.from)) || "nothing"],
          ["Then", links((scene.outOf.get(node.id) ?? []).map((edge) => edge.to)) || "nothing"],
          ["It is", marks],
        ]}
      />
    </aside>
  );
}
