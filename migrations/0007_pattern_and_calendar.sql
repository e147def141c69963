-- The same indexes with one column more, so that no list over half a million runs of a DAG reads their rows. A run's id and
-- run_id never change, and its state moves it in the second index as it did before: a commit writes no entry more.
DROP INDEX dag_run_by_dag;
CREATE INDEX dag_run_by_dag ON dag_run (dag_id, id, run_id);
DROP INDEX dag_run_by_dag_state;
CREATE INDEX dag_run_by_dag_state ON dag_run (dag_id, state, id, run_after);
