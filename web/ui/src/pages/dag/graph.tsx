// The tasks of a DAG and what needs what, with the states that they have in a run.
import { useLocation } from "preact-iso";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { SWRConfig } from "swr";
import { address, path } from "@/api/client";
import { ofDag, ofRun, watch } from "@/api/live";
import type { Graph as GraphData, GraphNode, RunList } from "@/api/types";
import { useApi } from "@/api/use";
import { taskHref } from "@/model/links";
import { useZone } from "@/model/preferences";
import { useQuery } from "@/model/query";
import { kTaskStates, wordsOfState } from "@/model/states";
import { dateTime } from "@/model/time";
import { Button } from "@/parts/button";
import { SelectField } from "@/parts/field";
import { Empty, Loading, Show } from "@/parts/notes";
import { Card } from "@/parts/page";
import { StateBadge } from "@/parts/state";
import { GraphCanvas } from "./graph_canvas";
import { GraphList } from "./graph_list";
import { type Known, around, learn, sceneOf, visible } from "./graph_model";
import { NodePanel } from "./graph_panel";
import { GraphSearch } from "./graph_search";

const kFoldFrom = 400; // a graph of so many nodes begins with its groups folded
const kNoRun = "~";

/** With a choice of the run whose states colour it. */
export function DagGraph({ dag_id }: { dag_id: string }) {
  const [query, setQuery] = useQuery();
  const zone = useZone();
  const runs = useApi<RunList>(address(path("dags", dag_id, "dagRuns"), { limit: 50, order_by: "-run_after" }), ofDag(dag_id));
  if (!runs.data) return <Card flush label="Graph"><Show of={runs} lines={8}>{() => null}</Show></Card>;
  const list = runs.data.dag_runs.filter((run) => run.dag_id === dag_id);
  const run_id = query.run ?? list[0]?.dag_run_id ?? kNoRun;
  const options = list.map((run) => ({ value: run.dag_run_id, text: `${dateTime(run.logical_date ?? run.run_after, zone, false)} · ${wordsOfState(run.state)}` }));
  if (run_id !== kNoRun && !list.some((run) => run.dag_run_id === run_id)) options.push({ value: run_id, text: run_id });
  return (
    <Graph dag_id={dag_id} run_id={run_id === kNoRun ? undefined : run_id}>
      <SelectField label="States of the run" value={run_id} onValue={(run) => setQuery({ run })} options={[...options, { value: kNoRun, text: "none" }]} />
    </Graph>
  );
}

type Props = { dag_id: string; run_id?: string; children?: preact.ComponentChildren };

// Comparing two answers of ten thousand nodes takes longer than painting the new one.
export const Graph = (props: Props) => (
  <SWRConfig value={{ compare: Object.is }}>
    <GraphFrame key={props.dag_id} {...props} />
  </SWRConfig>
);

function GraphFrame({ dag_id, run_id, children }: Props) {
  const { route } = useLocation();
  const [query, setQuery] = useQuery();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [goal, setGoal] = useState<{ id: string } | null>(null);
  const [found, setFound] = useState<ReadonlySet<string> | null>(null);
  const known = useRef<Known>(new Map());
  const isBegun = useRef(false);
  const graph = useApi<GraphData>(address(path("dags", dag_id, "graph"), { run_id, collapsed: [...folded] }));
  useStates(dag_id, run_id, graph);
  const data = graph.data?.dag_id === dag_id ? graph.data : undefined;
  const scene = useMemo(() => {
    if (!data) return null;
    learn(known.current, data);
    return sceneOf(data);
  }, [data]);
  const groups = [...known.current].flatMap(([id, { kind }]) => (kind === "group" ? [id] : []));
  // The first answer of a large graph is for its names only: what is shown is the one with the groups folded.
  const unfolded = useRef<GraphData | null>(null);
  if (data && !isBegun.current && data.nodes.length > kFoldFrom && groups.length > 0) unfolded.current = data;
  useEffect(() => {
    if (!data || isBegun.current) return;
    isBegun.current = true;
    if (unfolded.current) setFolded(new Set(groups));
  }, [data]);

  if (data && data !== unfolded.current) unfolded.current = null;

  const fold = (id: string) => {
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    setFolded(next);
  };
  const open = (node: GraphNode) => {
    if (node.kind === "group") fold(node.id);
    else if (run_id) route(taskHref(dag_id, run_id, node.id));
    else setChosen(node.id);
  };
  const foldAround = (node: GraphNode) => {
    const group = node.kind === "group" && !node.collapsed ? node.id : node.parent;
    if (group === null) return;
    fold(group);
    setFocused(group);
  };
  /** To the node; `deep` opens the folded groups around it first. */
  const goTo = (id: string, deep: boolean) => {
    const hiding = around(known.current, id).filter((group) => folded.has(group));
    if (deep && hiding.length > 0) setFolded(new Set([...folded].filter((group) => !hiding.includes(group))));
    const node = scene && visible(scene, known.current, id);
    setFocused(deep ? id : (node?.id ?? null));
    if (node) setGoal({ id: deep ? id : node.id });
  };
  const asList = query.view === "list";
  const shownNode = chosen !== null ? scene?.byId.get(chosen) : undefined;
  return (
    <>
      <div class="filters">
        {children}
        <GraphSearch known={known.current} onFound={(ids) => setFound(ids && new Set(ids.flatMap((id) => (scene && visible(scene, known.current, id)?.id) ?? [])))} onGo={goTo} />
        {groups.length > 0 && (
          <Button onClick={() => setFolded(folded.size > 0 ? new Set() : new Set(groups))}>{folded.size > 0 ? "Unfold all groups" : "Fold all groups"}</Button>
        )}
        <Button icon={asList ? "dag" : "runs"} onClick={() => setQuery({ view: asList ? "" : "list" })}>
          {asList ? "As a graph" : "As a list"}
        </Button>
      </div>
      <Card flush label={asList ? "List of tasks" : "Graph"}>
        <Show of={{ ...graph, data } as typeof graph} lines={8}>
          {(data) => {
            if (data.nodes.length === 0) return <Empty title="There is no task">The DAG has none in this version.</Empty>;
            if (!scene || data === unfolded.current) return <Loading lines={8} />;
            if (asList) return <GraphList scene={scene} run_id={run_id} onFold={fold} found={found} />;
            return (
              <div class="graph-frame">
                <GraphCanvas scene={scene} found={found} focused={focused} onFocus={setFocused} onOpen={open} onFold={foldAround} goal={goal} />
                {shownNode && !run_id && <NodePanel scene={scene} node={shownNode} onGo={(id) => (setChosen(id), goTo(id, false))} onClose={() => setChosen(null)} />}
              </div>
            );
          }}
        </Show>
        {run_id && data && <States data={data} />}
      </Card>
    </>
  );
}

/** Read again as things happen; a large graph less often, since it is much to read. */
function useStates(dag_id: string, run_id: string | undefined, graph: { data?: GraphData; mutate: () => unknown }) {
  const latest = useRef(graph);
  latest.current = graph;
  useEffect(() => {
    let last = Date.now();
    let due = 0;
    const reread = () => {
      window.clearTimeout(due);
      const pace = (latest.current.data?.nodes.length ?? 0) / 2; // ms
      due = window.setTimeout(() => {
        last = Date.now();
        latest.current.mutate();
      }, Math.max(0, last + pace - Date.now()));
    };
    const isRuns = run_id ? ofRun(dag_id, run_id) : () => false;
    const stop = watch((change) => change.kind === "catalog" || (change.kind === "dag" && change.dag_id === dag_id) || isRuns(change), reread);
    return () => {
      stop();
      window.clearTimeout(due);
    };
  }, [dag_id, run_id]);
}

/** How many tasks are in which state. */
function States({ data }: { data: GraphData }) {
  const counts: Record<string, number> = {};
  for (const node of data.nodes)
    if (node.kind === "task" || node.collapsed)
      for (const [state, count] of Object.entries(node.counts ?? {})) {
        const name = state === "no_status" ? "none" : state;
        counts[name] = (counts[name] ?? 0) + count;
      }
  return (
    <div class="card-foot row" aria-label="Task instances by state" role="group">
      {kTaskStates.filter((state) => counts[state]).map((state) => (
        <span key={state} class="row graph-count">
          <StateBadge state={state} /> <span class="number muted">{counts[state]!.toLocaleString("en")}</span>
        </span>
      ))}
    </div>
  );
}
