import { useEffect } from "preact/hooks";
import useSWR, { type SWRResponse } from "swr";
import { type ApiError, get } from "./client";
import { type Concerns, watch } from "./live";

/** A resource of the daemon's, kept as it is now: read again whenever something happens that concerns it.
 *  `url` null: not yet. What was read before stays on the screen while its successor is read. What the live stream does not tell of
 *  is read again `every` so many milliseconds. */
export function useApi<T>(url: string | null, concerns?: Concerns, every = 0): SWRResponse<T, ApiError> {
  const answer = useSWR<T, ApiError>(url, get<T>, {
    keepPreviousData: true,
    revalidateOnFocus: true,
    dedupingInterval: 300,
    refreshInterval: every,
    shouldRetryOnError: (error: ApiError) => error.status === 0 || error.status >= 500 || error.status === 429,
    errorRetryInterval: 3000,
  });
  const { mutate } = answer;
  useEffect(() => {
    if (url === null || !concerns) return;
    return watch(concerns, () => void mutate());
    // `concerns` follows from what the address is made of.
  }, [url, mutate]);
  return answer;
}
