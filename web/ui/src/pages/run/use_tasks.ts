import { address, path } from "@/api/client";
import { ofRun } from "@/api/live";
import type { Run, TaskInstanceList } from "@/api/types";
import { useApi } from "@/api/use";

/** The daemon's longest page. */
export const kMostTasks = 1000;

export const useTasks = (run: Run, query: Record<string, string | number> = {}) =>
  useApi<TaskInstanceList>(
    address(path("dags", run.dag_id, "dagRuns", run.dag_run_id, "taskInstances"), { limit: kMostTasks, map_index: -1, ...query }),
    ofRun(run.dag_id, run.dag_run_id),
  );
