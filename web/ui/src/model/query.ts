// What a page shows of itself in its address, so that it can be linked to and gone back to.
import { useLocation } from "preact-iso";

export type QueryValues = Record<string, string>;

/** The address with some of its query's values changed; "" takes one away. */
export function withQuery(url: string, changes: QueryValues): string {
  const { pathname, searchParams } = new URL(url, "http://here");
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") searchParams.delete(name);
    else searchParams.set(name, value);
  }
  const text = searchParams.toString();
  return pathname + (text ? "?" + text : "");
}

/** The query's values, and what changes them. A change replaces this page in the history unless `push`. */
export function useQuery(): [QueryValues, (changes: QueryValues, push?: boolean) => void] {
  const { url, query, route } = useLocation();
  return [query as QueryValues, (changes, push = false) => route(withQuery(url, changes), !push)];
}
