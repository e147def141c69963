-- A run that a `dag` task has made knows that task, and the DAGs above it.

ALTER TABLE dag_run ADD COLUMN parent TEXT;
