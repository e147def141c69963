// Where pages live. Ids are encoded here and decoded by the router, nowhere else.
import { path } from "@/api/client";

export const dagHref = (dag: string, tab = ""): string => path("dags", dag) + (tab ? `/${tab}` : "");
export const runHref = (dag: string, run: string, tab = ""): string => path("dags", dag, "runs", run) + (tab ? `/${tab}` : "");
/** `mapIndex` -1 is the task itself. */
export const taskHref = (dag: string, run: string, task: string, mapIndex = -1): string =>
  path("dags", dag, "runs", run, "tasks", task) + (mapIndex >= 0 ? `/${mapIndex}` : "");
export const windowsHref = (asset: string, key = ""): string => "/windows?" + new URLSearchParams(key ? { asset, key } : { asset }).toString();
/** Of an asset as the daemon writes it: "views", or "views/eu". */
export const windowsHrefOf = (asset: string): string => windowsHref(asset.split("/")[0]!, asset.split("/").slice(1).join("/"));
export const eventHref = (id: number): string => path("events", id);
