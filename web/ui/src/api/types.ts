// The daemon's resources, by the names that pages use.

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
