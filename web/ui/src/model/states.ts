// The states of runs and task instances, in the words that people read.

export const kRunStates = ["queued", "running", "success", "failed"] as const;
export const kTaskStates = [
  "none", "scheduled", "queued", "running", "success", "failed", "upstream_failed", "skipped", "up_for_retry", "deferred", "removed",
] as const;

const kWords: Record<string, string> = {
  none: "waiting",
  no_status: "waiting",
  upstream_failed: "upstream failed",
  up_for_retry: "up for retry",
};

/** null is a task that waits for its upstream tasks. */
export const wordsOfState = (state: string | null): string => (state === null ? "waiting" : (kWords[state] ?? state));

/** Neither it nor anything in it will change by itself. */
export const isFinal = (state: string | null): boolean =>
  state === "success" || state === "failed" || state === "skipped" || state === "upstream_failed" || state === "removed";
