// How far each asset is, and which of its windows are there.
import { useLocation } from "preact-iso";
import { address } from "@/api/client";
import { ofKind } from "@/api/live";
import type { AssetList, AssetState } from "@/api/types";
import { useApi } from "@/api/use";
import { nameOf } from "@/model/coverage";
import { dagHref } from "@/model/links";
import { useNow } from "@/model/preferences";
import { useQuery, withQuery } from "@/model/query";
import { duration } from "@/model/time";
import { Ago, Moment } from "@/parts/moment";
import { Empty, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";
import { type Column, Table } from "@/parts/table";
import { TypedField } from "@/parts/typed_field";
import { Coverage } from "./coverage";

/** How long ago the moment is up to which the asset is told of. */
function Lag({ state }: { state: AssetState }) {
  const now = useNow();
  const reached = [state.watermark, state.newest_end].flatMap((moment) => (moment ? [Date.parse(moment)] : []));
  if (reached.length === 0) return <span class="muted">–</span>;
  return <span class="nowrap">{duration(Math.max(0, Math.floor((now - Math.max(...reached)) / 1000)))}</span>;
}

const keyOf = (state: AssetState) => `${state.asset}/${state.key}`;
/** The daemon's longest page. */
const kMost = 1000;
/** More than these are not found by looking. */
const kFew = 8;

const columnsOf = (chosen: AssetState, hrefOf: (state: AssetState) => string): Column<AssetState>[] => [
  {
    head: "Asset",
    cell: (state) => (
      <a href={hrefOf(state)} aria-current={keyOf(state) === keyOf(chosen) ? "true" : undefined} class={keyOf(state) === keyOf(chosen) ? "asset-chosen" : ""}>
        {nameOf(state)}
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
  const { url } = useLocation();
  const [query, setQuery] = useQuery();
  const assets = useApi<AssetList>(address("/windows/assets", { limit: kMost }), ofKind("window", "catalog"));
  return (
    <>
      <PageHead title="Windows">
        <p>Which stretches of each stream are complete. A DAG runs when all windows of its interval are.</p>
      </PageHead>
      <Show of={assets}>
        {({ assets: rows, total_entries }) => {
          const chosen = rows.find((state) => state.asset === query.asset && state.key === (query.key ?? "")) ?? rows[0];
          if (!chosen)
            return (
              <Card>
                <Empty title="No asset is known yet">
                  It appears with the first event that tells of it, as from <code>weir windows complete views --start … --end …</code>
                </Empty>
              </Card>
            );
          const words = (query.q ?? "").toLowerCase();
          const found = rows.filter((state) => nameOf(state).toLowerCase().includes(words) || state.consumers.some((dag) => dag.toLowerCase().includes(words)));
          // The range that is looked at stays: other assets are compared in it.
          const hrefOf = ({ asset, key }: AssetState) => withQuery(url, { asset, key, window: "" });
          return (
            <>
              {(rows.length > kFew || words) && (
                <div class="filters">
                  <TypedField label="Asset or DAG" value={query.q ?? ""} onValue={(q) => setQuery({ q })} placeholder="part of its name" />
                  <span class="small muted assets-count">
                    {found.length.toLocaleString("en")} of {total_entries.toLocaleString("en")} assets
                    {total_entries > rows.length && `, of which the first ${rows.length.toLocaleString("en")} are looked at`}
                  </span>
                </div>
              )}
              <Card flush label="Assets">
                {found.length === 0 ? (
                  <Empty title="No asset is like that" />
                ) : (
                  <div class="assets">
                    <Table label="Assets" rows={found} columns={columnsOf(chosen, hrefOf)} rowKey={keyOf} />
                  </div>
                )}
              </Card>
              <Coverage key={keyOf(chosen)} state={chosen} />
            </>
          );
        }}
      </Show>
    </>
  );
}
