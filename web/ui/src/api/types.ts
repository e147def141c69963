// The daemon's resources, by the names that pages use.
import type { Role } from "@/model/session";
import type { Params } from "@/model/params";

export interface Run {
  dag_run_id: string;
  dag_id: string;
  dag_display_name: string;
  logical_date: string | null;
  queued_at: string | null;
  start_date: string | null;
  end_date: string | null;
  duration: number | null;
  run_after: string;
  data_interval_start: string | null;
  data_interval_end: string | null;
  run_type: string;
  state: string;
  triggered_by: string | null;
  triggering_user_name: string | null;
  conf: Record<string, unknown> | null;
  note: string | null;
  dag_versions: { version_number: number; created_at: string }[];
  restart_of: string | null;
  backfill_id: number | null;
  cause: Cause | null;
  ledger_through: number | null;
  stale_since: string | null;
  rerun_at: string | null;
}

/** What made a run, of windows and events. */
export type Cause = { kind: string; reason?: string; assets?: string[]; missing?: string[]; missing_count?: number } & Record<string, unknown>;

export interface RunList {
  dag_runs: Run[];
  total_entries: number;
  total_is_least: boolean;
}

export interface Dag {
  dag_id: string;
  dag_display_name: string;
  is_paused: boolean;
  is_stale: boolean;
  description: string | null;
  timetable_summary: string | null;
  timetable_description: string | null;
  tags: { name: string }[];
  has_import_errors: boolean;
  owners: string[];
  fileloc: string;
  next_dagrun_run_after: string | null;
}

export interface DagList {
  dags: Dag[];
  total_entries: number;
}

export interface DagDetails extends Dag {
  params: Params;
  timezone: string | null;
  catchup: boolean;
  active_runs_count: number;
  max_active_runs: number;
  max_active_tasks: number;
  max_consecutive_failed_dag_runs: number;
  relative_fileloc: string;
  latest_dag_version: { version_number: number; created_at: string } | null;
  next_dagrun_logical_date: string | null;
}

export interface Task {
  task_id: string;
  operator_name: string;
  doc_md: string | null;
  condition: string | null;
  upstream_task_ids: string[];
  downstream_task_ids: string[];
  trigger_rule: string;
  pool: string;
  pool_slots: number;
  priority_weight: number;
  retries: number;
  queue: string;
  is_mapped: boolean;
  line: number;
}

export interface Try {
  task_id: string;
  map_index: number;
  state: string | null;
  try_number: number;
  max_tries: number;
  queued_when: string | null;
  scheduled_when: string | null;
  start_date: string | null;
  end_date: string | null;
  duration: number | null;
  operator: string;
  hostname: string;
  pid: number | null;
  pool: string;
  pool_slots: number;
  priority_weight: number;
  executor: string | null;
  exit_code: number | null;
  signal: number | null;
  note: string | null;
}

export interface TaskInstance extends Try {
  dag_id: string;
  dag_run_id: string;
  item: unknown;
  /** Instances that it stands for, of a task with foreach. */
  mapped: number;
  rendered_map_index: string | null;
  outputs: Record<string, unknown> | null;
  retry_at: string | null;
}

export interface TaskInstanceList {
  task_instances: TaskInstance[];
  total_entries: number;
  total_is_least?: boolean;
}

export interface Why {
  state: string;
  reasons: string[];
}

export interface GridRow {
  id: string;
  label: string;
  kind: "task" | "group";
  parent: string | null;
  depth: number;
  operator: string | null;
  mapped: boolean;
  setup: boolean;
  teardown: boolean;
}
export interface GridRun {
  run_id: string;
  run_type: string;
  state: string;
  logical_date: string | null;
  run_after: string;
  start_date: string | null;
  end_date: string | null;
  duration: number | null;
  note: string | null;
  version: number | null;
  /** A character for each row; see codes. */
  states: string;
}
export interface Grid {
  dag_id: string;
  tasks: GridRow[];
  runs: GridRun[];
  codes: Record<string, string>;
  total_entries: number;
}

export interface GraphNode {
  id: string;
  kind: "task" | "group";
  label: string;
  parent: string | null;
  x: number;
  y: number;
  width: number;
  height: number;
  collapsed: boolean;
  operator: string | null;
  mapped: number | null;
  trigger_rule: string | null;
  state: string | null;
  counts: Record<string, number> | null;
  setup: boolean;
  teardown: boolean;
}
export interface GraphEdge {
  from: string;
  to: string;
  points: number[];
}
export interface Graph {
  dag_id: string;
  run_id: string | null;
  width: number;
  height: number;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface Calendar {
  days: { date: string; runs: Record<string, number> }[];
}
export interface NextRun {
  run_after: string;
  logical_date: string;
  data_interval_start: string | null;
  data_interval_end: string | null;
  schedule: string;
}
export interface NextRuns {
  next_runs: NextRun[];
  words: string | null;
}

export interface Backfill {
  id: number;
  dag_id: string;
  from_date: string;
  to_date: string;
  dag_run_conf: Record<string, unknown> | null;
  is_paused: boolean;
  reprocess_behavior: string;
  max_active_runs: number;
  created_at: string;
  completed_at: string | null;
  state: string;
  run_backwards: boolean;
  triggering_user_name: string | null;
  total_runs: number;
  made_runs: number;
  runs: Record<string, number>;
}
export interface BackfillList {
  backfills: Backfill[];
  total_entries: number;
}

export interface Rendered {
  operator: string;
  command: string[] | null;
  script: string | null;
  action: Record<string, unknown> | null;
  env: Record<string, string>;
  workdir: string;
  timeout: number | null;
  log_path: string;
}

export interface ImportErrorList {
  import_errors: ImportError[];
  total_entries: number;
}

export interface Late {
  dag_id: string;
  run_id: string | null;
  asset: string | null;
  since: string;
  words: string;
}
export interface ComingRun {
  dag_id: string;
  run_after: string;
  logical_date: string | null;
}
export interface WaitingApproval {
  dag_id: string;
  run_id: string;
  task_id: string;
  map_index: number;
  subject: string | null;
  since: string | null;
}
export interface Counts {
  dags: number;
  paused: number;
  import_errors: number;
  running: number;
  queued: number;
  failed_24h: number;
  success_24h: number;
  rejected_events: number;
}
export interface Overview {
  running: Run[];
  failed: Run[];
  late: Late[];
  next: ComingRun[];
  approvals: WaitingApproval[];
  stale: (Run & { stale_since?: string | null })[];
  counts: Counts;
}

export interface Diagnostic {
  file: string;
  line: number;
  column: number;
  message: string;
}
export interface ImportError {
  import_error_id: number;
  filename: string;
  timestamp: string;
  stack_trace: string;
  diagnostics: Diagnostic[];
}
export interface Pool {
  name: string;
  description: string | null;
  slots: number;
  occupied_slots: number;
  running_slots: number;
  queued_slots: number;
  scheduled_slots: number;
  open_slots: number;
}
export interface Source {
  name: string;
  kind: string;
  connected: boolean;
  problem: string | null;
  last_seen: string | null;
  lag: number | null;
  taken: number;
  rejected: number;
}
export interface Notification {
  notification_id: number;
  dag_id: string;
  dag_run_id: string;
  task_id: string | null;
  map_index: number;
  event: string;
  notifier: string | null;
  state: string;
  attempts: number;
  created_at: string;
  end_date: string | null;
  reason: string | null;
  message: Record<string, unknown>;
}

export interface LedgerEvent {
  event_id: number;
  received_at: string;
  source: string;
  disposition: string;
  reason: string | null;
  position: string | null;
  dag_id: string | null;
  dag_run_id: string | null;
  replay_of: number | null;
  event: Record<string, unknown> | null;
  raw: string | null;
}
export interface AssetState {
  asset: string;
  key: string;
  watermark: string | null;
  newest_end: string | null;
  last_seen: string | null;
  last_event_id: number | null;
  consumers: string[];
}
export interface AssetWindow {
  asset: string;
  key: string;
  start: string;
  end: string;
  revision: number;
  event_id: number;
  row_count: number | null;
  completed_at: string;
  runs: { dag_id: string; dag_run_id: string; state: string; seen: boolean; stale_since: string | null }[];
}
export type CoverageState = "complete" | "corrected" | "missing";
export interface CoveredWindow {
  start: string;
  end: string;
  state: CoverageState;
  revision: number | null;
  event_id: number | null;
}
export interface CoveredPeriod {
  start: string;
  end: string;
  counts: Record<CoverageState, number>;
}
export interface Coverage {
  asset: string;
  key: string;
  every: string;
  per: string | null;
  timezone: string;
  from: string;
  to: string;
  watermark: string | null;
  counts: Record<CoverageState, number>;
  windows?: CoveredWindow[];
  periods?: CoveredPeriod[];
}

export interface Question {
  subject: string | null;
  params: Params;
  defaults: string[] | null;
  assigned_roles: string[];
  created_at: string | null;
  response_received: boolean;
  task_instance: { dag_id: string; dag_run_id: string; task_id: string; map_index: number; rendered_map_index: string | null };
}

export interface User {
  username: string;
  role: Role;
  active: boolean;
  created_at: string;
  last_login_at: string | null;
}
export interface Token {
  token_id: number;
  name: string;
  username: string;
  role: Role;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}
export interface LogEntry {
  event_log_id: number;
  when: string;
  dag_id: string | null;
  task_id: string | null;
  run_id: string | null;
  event: string;
  owner: string | null;
  /** Weir's own: "done", or why not. */
  outcome?: string;
  extra: string | null;
}
