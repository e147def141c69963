// "The last day" and the like, as lists are filtered by it.
import { useState } from "preact/hooks";
import { useNow } from "./preferences";

/** In hours, as in addresses. */
export const kSpans = [
  { value: "", text: "any time" },
  { value: "1", text: "the last hour" },
  { value: "24", text: "the last day" },
  { value: "168", text: "the last 7 days" },
];

const kMinute = 60_000;

/** So many hours ago; null without any. It moves by whole minutes, so that a list is not asked for anew all the time, and not to whole
 *  minutes: at first it is what somebody else counted just now. */
export function useSince(hours: string | undefined): string | null {
  const [opened] = useState(Date.now);
  const minutes = Math.trunc((useNow() - opened) / kMinute);
  return Number(hours) > 0 ? new Date(opened + (minutes - 60 * Number(hours)) * kMinute).toISOString() : null;
}
