import { address } from "@/api/client";
import { ofKind } from "@/api/live";
import type { Pool, PoolList } from "@/api/types";
import { useApi } from "@/api/use";
import { Empty, Show } from "@/parts/notes";
import { Card, PageHead } from "@/parts/page";

const kConcerns = ofKind("task", "run", "catalog");
const percent = (part: number, of: number) => (of > 0 ? Math.min(100, (100 * part) / of) : 0);

/** How full a pool is: what runs, what is about to, what is free. */
function Fullness({ pool }: { pool: Pool }) {
  const starting = Math.max(0, pool.occupied_slots - pool.running_slots);
  const words = `${pool.occupied_slots} of ${pool.slots} slots in use, ${pool.running_slots} by tasks that run`;
  return (
    <div class="fullness" role="img" aria-label={words} title={words}>
      <span data-state="running" style={{ width: `${percent(pool.running_slots, pool.slots)}%` }} />
      <span data-state="queued" style={{ width: `${percent(starting, pool.slots)}%` }} />
    </div>
  );
}

function Row({ pool }: { pool: Pool }) {
  const waiting = pool.scheduled_slots;
  return (
    <li class="pool">
      <div class="pool-words">
        <h2>{pool.name}</h2>
        {pool.description && <p class="small muted">{pool.description}</p>}
      </div>
      <div class="pool-bar">
        <Fullness pool={pool} />
        <p class="small row">
          <span class="number">
            {pool.occupied_slots} of {pool.slots} in use
          </span>
          <span class="muted number">{pool.open_slots} free</span>
          {waiting > 0 && (
            <a class="badge" data-state="scheduled" href="/runs?state=running">
              {waiting.toLocaleString("en")} wait
            </a>
          )}
        </p>
      </div>
    </li>
  );
}

export default function Pools() {
  const pools = useApi<PoolList>(address("/pools", { limit: 1000 }), kConcerns);
  return (
    <>
      <PageHead title="Pools">
        <p>
          How many tasks may run at once. Pools stand in <code>weir.yaml</code>; a task names its own with <code>pool</code>.
        </p>
      </PageHead>
      <Card flush label="Pools">
        <Show of={pools}>
          {({ pools: rows }) =>
            rows.length === 0 ? (
              <Empty title="There is no pool" />
            ) : (
              <ul>
                {rows.map((pool) => (
                  <Row key={pool.name} pool={pool} />
                ))}
              </ul>
            )
          }
        </Show>
      </Card>
    </>
  );
}
