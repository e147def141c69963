// The daemon's resources, by the names that pages use.
import type { Params } from "@/model/params";
import type { Role } from "@/model/session";

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

export interface Late {
  dag_id: string;
  run_id: string | null;
  asset: string | null;
  since: string;
  words: string;
}
export interface NextRun {
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
  next: NextRun[];
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
  token_id: string;
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
  extra: string | null;
}
