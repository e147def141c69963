import type { Counts } from "@/api/types";

interface Figure {
  href: string;
  words: string;
  count: number;
  state?: string; // its colour, while it is not 0
  more?: string;
}

const figuresOf = (counts: Counts): Figure[] => [
  { href: "/runs?state=running", words: "running", count: counts.running, state: "running", more: counts.queued ? `${counts.queued.toLocaleString("en")} queued` : undefined },
  { href: "/runs?state=failed&ended=24", words: "failed in 24 h", count: counts.failed_24h, state: "failed" },
  { href: "/runs?state=success&ended=24", words: "succeeded in 24 h", count: counts.success_24h },
  { href: "/dags", words: counts.dags === 1 ? "DAG" : "DAGs", count: counts.dags, more: counts.paused ? `${counts.paused} paused` : undefined },
  { href: "/errors", words: counts.import_errors === 1 ? "import error" : "import errors", count: counts.import_errors, state: "failed" },
  { href: "/events?disposition=rejected", words: counts.rejected_events === 1 ? "rejected event" : "rejected events", count: counts.rejected_events, state: "failed" },
];

export function Numbers({ counts }: { counts: Counts }) {
  return (
    <ul class="figures" aria-label="In numbers">
      {figuresOf(counts).map((figure) => (
        <li key={figure.href}>
          <a class="figure" href={figure.href} data-state={figure.count > 0 ? figure.state : undefined}>
            <span class="figure-count number">{figure.count.toLocaleString("en")}</span>
            <span class="figure-words">
              {figure.words}
              {figure.more && <span class="muted"> · {figure.more}</span>}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
