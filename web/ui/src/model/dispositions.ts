// What became of an event, in the order in which people look for it, with the state whose colour it has.
export const kDispositions: Record<string, { colour: string; means: string }> = {
  created_run: { colour: "success", means: "it made a run" },
  counted: { colour: "scheduled", means: "it counts towards a run that waits for more" },
  coalesced: { colour: "running", means: "a run that has not begun, or a rerun, takes it along" },
  revised: { colour: "deferred", means: "it corrects what a run has used" },
  late: { colour: "late", means: "its interval was decided without it" },
  duplicate: { colour: "removed", means: "it was there before" },
  unmatched: { colour: "none", means: "no schedule uses it" },
  rejected: { colour: "failed", means: "it makes no sense" },
  replayed: { colour: "queued", means: "it was rejected, and then replayed" },
};
