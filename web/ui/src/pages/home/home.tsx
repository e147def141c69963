// What a person on call wants to know first, from one request.
import { address } from "@/api/client";
import type { Overview } from "@/api/types";
import { useApi } from "@/api/use";
import { Show } from "@/parts/notes";
import { PageHead } from "@/parts/page";
import { Failed, Late, Next, Running, Stale, WaitingForPeople } from "./lists";
import { Numbers } from "./numbers";
import { Welcome } from "./welcome";

const kConcerns = () => true;

function Board({ overview }: { overview: Overview }) {
  const quiet = [overview.approvals, overview.late, overview.failed, overview.stale].every((list) => list.length === 0);
  return (
    <>
      <Numbers counts={overview.counts} />
      <div class="home-columns">
        <div class="stack">
          <WaitingForPeople approvals={overview.approvals} />
          <Late late={overview.late} />
          <Failed runs={overview.failed} total={overview.counts.failed_24h} />
          <Stale runs={overview.stale} />
          {quiet && <p class="home-quiet">Nothing has failed in 24 hours, nothing is late, and nobody is waited for.</p>}
        </div>
        <div class="stack">
          <Running runs={overview.running} total={overview.counts.running} />
          <Next next={overview.next} />
        </div>
      </div>
    </>
  );
}

export default function Home() {
  const overview = useApi<Overview>(address("/overview"), kConcerns);
  return (
    <>
      <PageHead title="Home" />
      <Show of={overview} lines={8}>
        {(data) => (data.counts.dags === 0 ? <Welcome errors={data.counts.import_errors} /> : <Board overview={data} />)}
      </Show>
    </>
  );
}
