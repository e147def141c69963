// The states of runs and task instances, in the words that people read.

export const kRunStates = ["queued", "running", "success", "failed"] as const;
export const kTaskStates = [
  "none", "scheduled", "queued", "running", "success", "failed", "upstream_failed", "skipped", "up_for_retry", "deferred", "removed",
] as const;

/** Of a task instance that is not over. */
export const kOpenStates = ["none", "scheduled", "queued", "running", "deferred", "up_for_retry", "up_for_reschedule"];

const kWords: Record<string, string> = {
  none: "waiting",
  no_status: "waiting",
  upstream_failed: "upstream failed",
  up_for_retry: "up for retry",
  up_for_reschedule: "up for reschedule",
};

/** null is a task that waits for its upstream tasks. */
export const wordsOfState = (state: string | null): string => (state === null ? "waiting" : (kWords[state] ?? state));

/** Neither it nor anything in it will change by itself. */
export const isFinal = (state: string | null): boolean =>
  state === "success" || state === "failed" || state === "skipped" || state === "upstream_failed" || state === "removed";
