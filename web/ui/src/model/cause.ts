// What made a run, in words.
import type { Run } from "@/api/types";

const kTypes: Record<string, string> = {
  manual: "by hand",
  scheduled: "by its schedule",
  backfill: "by a backfill",
  asset_triggered: "by windows or events",
};

export function wordsOfCause(run: Run): string {
  const { cause } = run;
  if (run.run_type === "manual" && run.triggering_user_name) return `by ${run.triggering_user_name}`;
  if (cause?.kind === "windows") return `by windows of ${cause.assets.join(", ")}${cause.reason === "complete" ? "" : ` (${cause.reason})`}`;
  if (cause?.kind === "event") return cause.count === 1 ? `by event ${cause.last}` : `by ${cause.count} events`;
  return kTypes[run.run_type] ?? run.run_type;
}
