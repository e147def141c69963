// A server for components: answers by method and path; what is not known is an error that names it.
import { render } from "@testing-library/preact";
import type { ComponentChildren } from "preact";
import { LocationProvider } from "preact-iso";
import { SWRConfig } from "swr";
import { vi } from "vitest";
import type { Role } from "@/api/types";
import { PreferencesProvider } from "@/model/preferences";
import { type Session, SessionContext, kRoles } from "@/model/session";
import { Toasts } from "@/parts/toasts";

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  headers: Headers;
}
type Answer = (asked: Asked) => { status?: number; headers?: Record<string, string>; json?: unknown } | undefined;

/** `answers` by "GET /overview", below /api/v2. Returns what was asked. */
export function serve(answers: Record<string, unknown | Answer>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    const address = new URL(url, "http://weir");
    const one: Asked = {
      method: init.method ?? "GET",
      path: address.pathname.replace("/api/v2", ""),
      query: address.searchParams,
      body: init.body ? JSON.parse(init.body as string) : undefined,
      headers: new Headers(init.headers),
    };
    asked.push(one);
    const found = answers[`${one.method} ${one.path}`];
    const answer = typeof found === "function" ? (found as Answer)(one)! : found === undefined ? { status: 404, json: { detail: `no answer for ${one.method} ${one.path}` } } : { json: found };
    const status = answer.status ?? 200;
    return new Response(status === 204 ? null : JSON.stringify(answer.json ?? {}), { status, headers: answer.headers });
  });
  return asked;
}

export function show(page: ComponentChildren, role: Role = "admin", via: Session["me"]["via"] = "session") {
  const session: Session = {
    me: { username: "ada", role, via, csrf_token: null },
    may: (least) => kRoles.indexOf(role) >= kRoles.indexOf(least),
    logOut: async () => {},
    setMe: () => {},
  };
  return render(
    <PreferencesProvider>
      <SWRConfig value={{ provider: () => new Map() }}>
        <LocationProvider>
          <SessionContext.Provider value={session}>{page}</SessionContext.Provider>
          <Toasts />
        </LocationProvider>
      </SWRConfig>
    </PreferencesProvider>,
  );
}
