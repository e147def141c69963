// How far each asset is, and which of its windows are there.
import { useLocation } from "preact-iso";
import { address } from "@/api/client";
import { ofKind } from "@/api/live";
import type { AssetList, AssetState } from "@/api/types";
import { useApi } from "@/api/use";
import { dagHref, windowsHref } from "@/model/links";
import { useNow } from "@/model/preferences";
import { duration } from "@/model/time";
import { Ago, Moment } from "@/parts/moment";
import { Empty, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { type Column, Table } from "@/parts/table";
import { Coverage } from "./coverage";

/** How long ago the moment is up to which the asset is told of. */
function Lag({ state }: { state: AssetState }) {
  const now = useNow();
  const reached = [state.watermark, state.newest_end].flatMap((moment) => (moment ? [Date.parse(moment)] : []));
  if (reached.length === 0) return <span class="muted">–</span>;
  return <span class="nowrap">{duration(Math.max(0, Math.floor((now - Math.max(...reached)) / 1000)))}</span>;
}

const keyOf = (state: AssetState) => `${state.asset}/${state.key}`;

const columnsOf = (chosen: AssetState): Column<AssetState>[] => [
  {
    head: "Asset",
    cell: (state) => (
      <a href={windowsHref(state.asset, state.key)} aria-current={keyOf(state) === keyOf(chosen) ? "true" : undefined} class={keyOf(state) === keyOf(chosen) ? "asset-chosen" : ""}>
        {state.asset}
        {state.key && `/${state.key}`}
      </a>
    ),
  },
  { head: "Watermark", cell: (state) => <Moment at={state.watermark} seconds={false} /> },
  { head: "Newest window ends", cell: (state) => <Moment at={state.newest_end} seconds={false} /> },
  { head: "Behind now by", cell: (state) => <Lag state={state} /> },
  { head: "Last told of", cell: (state) => <Ago at={state.last_seen} /> },
  {
    head: "Used by",
    cell: (state) =>
      state.consumers.length === 0 ? <span class="muted">no DAG</span> : state.consumers.map((dag, i) => (
        <span key={dag}>
          {i > 0 && ", "}
          <a href={dagHref(dag)}>{dag}</a>
        </span>
      )),
  },
];

export default function Windows() {
  const { query } = useLocation();
  const assets = useApi<AssetList>(address("/windows/assets", { limit: 1000 }), ofKind("window", "catalog"));
  return (
    <>
      <PageHead title="Windows">
        <p>Which stretches of each stream are complete. A DAG runs when all windows of its interval are.</p>
      </PageHead>
      <Show of={assets}>
        {({ assets: rows }) => {
          const chosen = rows.find((state) => state.asset === query.asset && state.key === (query.key ?? "")) ?? rows[0];
          if (!chosen)
            return (
              <Card>
                <Empty title="No asset is known yet">
                  It appears with the first event that tells of it, as from <code>weir windows complete views --start … --end …</code>
                </Empty>
              </Card>
            );
          return (
            <>
              <Card flush label="Assets">
                <div class="assets">
                  <Table label="Assets" rows={rows} columns={columnsOf(chosen)} rowKey={keyOf} />
                </div>
              </Card>
              <Coverage key={keyOf(chosen)} state={chosen} />
            </>
          );
        }}
      </Show>
    </>
  );
}
