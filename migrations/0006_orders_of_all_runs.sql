-- Over a million runs of all DAGs, a page in one of these orders, or of what lies in a range of them, shall cost a page.
CREATE INDEX dag_run_by_date ON dag_run (logical_date);
CREATE INDEX dag_run_by_started ON dag_run (started_at);
CREATE INDEX dag_run_by_ended ON dag_run (ended_at);
CREATE INDEX dag_run_by_duration ON dag_run (ended_at - started_at);
CREATE INDEX dag_run_by_dag_duration ON dag_run (dag_id, ended_at - started_at);
CREATE INDEX dag_run_by_type ON dag_run (type, dag_id);
CREATE INDEX dag_run_missed ON dag_run (dag_id) WHERE deadline_missed <> 0;

-- Whole, so that it leads through a DAG's runs by date too; several without a date are still no duplicates to SQLite.
DROP INDEX dag_run_by_logical_date;
CREATE UNIQUE INDEX dag_run_by_logical_date ON dag_run (dag_id, logical_date);
