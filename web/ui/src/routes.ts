// Every page and where it lives. Each is loaded when it is first asked for.
import type { ComponentType } from "preact";
import { lazy } from "preact-iso";
import { exec } from "preact-iso/router";
import NotLoaded from "./pages/not_loaded";

type Page = ComponentType & { preload: () => Promise<unknown> };

export interface PageRoute {
  path: string;
  page: Page;
}

const page = (load: () => Promise<{ default: ComponentType }>): Page => lazy(() => load().catch(() => ({ default: NotLoaded }))) as unknown as Page;

export const kRoutes: PageRoute[] = [
  { path: "/", page: page(() => import("./pages/home/home")) },
  { path: "/dags", page: page(() => import("./pages/dags/dags")) },
  { path: "/approvals", page: page(() => import("./pages/approvals/approvals")) },
  { path: "/windows", page: page(() => import("./pages/windows/windows")) },
  { path: "/events", page: page(() => import("./pages/events/events")) },
  { path: "/events/:id", page: page(() => import("./pages/events/event")) },
  { path: "/sources", page: page(() => import("./pages/sources/sources")) },
  { path: "/errors", page: page(() => import("./pages/errors/errors")) },
  { path: "/pools", page: page(() => import("./pages/pools/pools")) },
  { path: "/audit", page: page(() => import("./pages/audit/audit")) },
  { path: "/users", page: page(() => import("./pages/users/users")) },
  { path: "/tokens", page: page(() => import("./pages/tokens/tokens")) },
  { path: "/account", page: page(() => import("./pages/account/account")) },
  { path: "/notifications", page: page(() => import("./pages/notifications/notifications")) },
  { path: "/dags/:dag/:tab?", page: page(() => import("./pages/dag/dag")) },
  { path: "/backfills", page: page(() => import("./pages/backfills/backfills")) },
  { path: "/runs", page: page(() => import("./pages/runs/runs")) },
  { path: "/dags/:dag/runs/:run/:tab?", page: page(() => import("./pages/run/run")) },
  { path: "/dags/:dag/runs/:run/tasks/:task/:index?", page: page(() => import("./pages/task/task")) },
];

/** The page that is asked for is on its way while the daemon is still asked who asks. */
export function preload(path: string): void {
  void kRoutes.find((route) => exec(path, route.path))?.page.preload();
}
