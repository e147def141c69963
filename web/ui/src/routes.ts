// Every page and where it lives. Each is loaded when it is first asked for.
import type { ComponentType } from "preact";
import { lazy } from "preact-iso";

export interface PageRoute {
  path: string;
  page: ComponentType;
}

const page = (load: () => Promise<{ default: ComponentType }>): ComponentType => lazy(load) as ComponentType;

export const kRoutes: PageRoute[] = [
  { path: "/dags", page: page(() => import("./pages/dags/dags")) },
];
