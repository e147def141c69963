// The one way to the daemon: JSON over HTTP, failures as ApiError with the daemon's own words.
import type { Fault } from "./types";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** What doesn't validate: `loc` leads to the fault, as in ["body", "conf", "min_views"]. */
    readonly faults: Fault[] = [],
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

export type Query = Record<string, string | number | boolean | null | undefined | string[]>;

/** Path segments, each encoded: path("dags", id) is "/dags/…". Ids may hold anything, slashes too. */
export const path = (...segments: (string | number)[]): string =>
  segments.map((segment) => "/" + (segment === "~" ? "~" : encodeURIComponent(segment))).join("");

/** The address of a resource below /api/v2; what is null, undefined or "" is left out. */
export function address(resource: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const one of value) parameters.append(name, one);
    else if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return "/api/v2" + resource + (text ? "?" + text : "");
}

/** An address that may have a query already, and this one behind it. */
export const withQuery = (url: string, query: string): string => `${url}${url.includes("?") ? "&" : "?"}${query}`;

let csrfToken: string | null = null;
/** The session's, from /auth/me; requests that change something carry it. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

let onLoggedOut: () => void = () => {};
/** Called when the daemon no longer knows who is asking. */
export function whenLoggedOut(act: () => void): void {
  onLoggedOut = act;
}

/** Words for a person, from a body of ours or of whatever stands in between. */
async function failureOf(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  const text = await response.text();
  try {
    const { detail } = JSON.parse(text) as { detail: string | Fault[] };
    if (typeof detail === "string") return new ApiError(response.status, detail, [], retryAfter);
    if (Array.isArray(detail)) {
      const words = detail.map((fault) => `${fault.loc.slice(1).join(".")}: ${fault.msg}`).join("\n");
      return new ApiError(response.status, words, detail, retryAfter);
    }
  } catch {
    // no JSON: a proxy's page, say
  }
  return new ApiError(response.status, `the server answered ${response.status} ${response.statusText}`, [], retryAfter);
}

/** Any request below this server; the caller reads the body. */
export async function send(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (init.method && init.method !== "GET" && csrfToken) headers.set("X-CSRF-Token", csrfToken);
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers, credentials: "same-origin" });
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new ApiError(0, "Weir can't be reached; is the daemon running?");
  }
  if (response.ok) return response;
  if (response.status === 401) onLoggedOut();
  throw await failureOf(response);
}

export async function get<T>(url: string): Promise<T> {
  return (await send(url, { headers: { Accept: "application/json" } })).json() as Promise<T>;
}

/** POST, PATCH, PUT or DELETE; the answer's JSON, or undefined for 204. */
export async function change<T = void>(method: string, resource: string, body?: unknown, headers?: HeadersInit): Promise<T> {
  const all = new Headers(headers);
  if (body !== undefined) all.set("Content-Type", "application/json");
  const response = await send(address(resource), {
    method,
    headers: all,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}
