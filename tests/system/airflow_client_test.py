"""Apache Airflow's official client (apache-airflow-client from PyPI) against a Weir that clients.py has started. Its models are
strict: a key that is missing, null where it may not be, or a word that Airflow does not know fails the test.

airflow_client_test.py ADDRESS
"""

import sys
import time
import unittest

import airflow_client.client as airflow
from airflow_client.client.api import (
    backfill_api,
    dag_api,
    dag_run_api,
    dag_source_api,
    dag_stats_api,
    dag_version_api,
    event_log_api,
    import_error_api,
    monitor_api,
    pool_api,
    task_api,
    task_instance_api,
    version_api,
)
from airflow_client.client.models import (
    BackfillPostBody,
    ClearTaskInstancesBody,
    DAGPatchBody,
    DAGRunClearBody,
    DAGRunPatchBody,
    PatchTaskInstanceBody,
    TriggerDAGRunPostBody,
)
from airflow_client.client.exceptions import ApiException

PATIENCE = 60  # seconds until a run has ended
ADDRESS = []


class AirflowClient(unittest.TestCase):
    def setUp(self):
        client = airflow.ApiClient(airflow.Configuration(host=ADDRESS[0]))
        self.dags = dag_api.DAGApi(client)
        self.runs = dag_run_api.DagRunApi(client)
        self.tasks = task_instance_api.TaskInstanceApi(client)
        self.client = client

    def trigger(self, dag_id, **body):
        return self.runs.trigger_dag_run(dag_id, TriggerDAGRunPostBody(**body))

    def finished(self, dag_id, run_id):
        deadline = time.monotonic() + PATIENCE
        while (run := self.runs.get_dag_run(dag_id, run_id)).state.value not in ("success", "failed"):
            self.assertLess(time.monotonic(), deadline, f"{dag_id} {run_id} is still {run.state}")
            time.sleep(0.1)
        return run

    def test_health_and_version(self):
        self.assertEqual(monitor_api.MonitorApi(self.client).get_health().scheduler.status, "healthy")
        self.assertTrue(version_api.VersionApi(self.client).get_version().version)

    def test_dags_their_tasks_sources_and_stats(self):
        found = self.dags.get_dags(tags=["example"])
        self.assertEqual([dag.dag_id for dag in found.dags], ["greet"])
        self.assertEqual(self.dags.get_dag("greet").timetable_summary, "0 4 * * *")
        self.assertIn("who", self.dags.get_dag_details("greet").params)
        self.assertEqual([task.task_id for task in task_api.TaskApi(self.client).get_tasks("greet").tasks], ["hello", "each", "bye"])
        self.assertIn("hello", dag_source_api.DagSourceApi(self.client).get_dag_source("greet").content)
        self.assertTrue(dag_stats_api.DagStatsApi(self.client).get_dag_stats().dags)
        versions = dag_version_api.DagVersionApi(self.client).get_dag_versions("greet")
        self.assertEqual(versions.dag_versions[0].version_number, 1)

    def test_pause_and_unpause(self):
        self.assertTrue(self.dags.patch_dag("greet", DAGPatchBody(is_paused=True)).is_paused)
        self.assertFalse(self.dags.patch_dag("greet", DAGPatchBody(is_paused=False)).is_paused)

    def test_a_run_from_its_trigger_to_its_logs(self):
        made = self.trigger("greet", conf={"who": "you"}, note="by the client")
        run = self.finished("greet", made.dag_run_id)
        self.assertEqual((run.state.value, run.note), ("success", "by the client"))
        self.assertIn(run.dag_run_id, [row.dag_run_id for row in self.runs.get_dag_runs("greet", limit=1000).dag_runs])
        names = [row.task_id for row in self.tasks.get_task_instances("greet", run.dag_run_id).task_instances]
        self.assertEqual(sorted(set(names)), ["bye", "each", "hello"])
        one = self.tasks.get_task_instance("greet", run.dag_run_id, "hello")
        self.assertEqual((one.state.value, one.try_number), ("success", 1))
        self.assertEqual(self.tasks.get_task_instance_tries("greet", run.dag_run_id, "hello").total_entries, 1)
        self.assertEqual(self.tasks.get_mapped_task_instances("greet", run.dag_run_id, "each").total_entries, 2)
        self.assertEqual(self.tasks.get_mapped_task_instance("greet", run.dag_run_id, "each", 1).map_index, 1)
        log = self.tasks.get_log("greet", run.dag_run_id, "hello", 1, full_content=True, accept="application/json")
        self.assertIn("hello you", log.to_json())

    def test_a_run_again_is_refused(self):
        run_id = self.trigger("greet").dag_run_id
        with self.assertRaises(ApiException) as refusal:
            self.trigger("greet", dag_run_id=run_id)
        self.assertEqual(refusal.exception.status, 409)
        self.finished("greet", run_id)

    def test_what_failed_is_cleared_and_marked(self):
        run_id = self.trigger("fails").dag_run_id
        self.assertEqual(self.finished("fails", run_id).state.value, "failed")
        would = self.tasks.post_clear_task_instances("fails", ClearTaskInstancesBody(dag_run_id=run_id, dry_run=True))
        self.assertEqual([row.task_id for row in would.task_instances], ["breaks"])
        self.assertEqual(self.runs.get_dag_run("fails", run_id).state.value, "failed")
        self.tasks.post_clear_task_instances("fails", ClearTaskInstancesBody(dag_run_id=run_id, dry_run=False))
        self.finished("fails", run_id)
        self.assertEqual(self.tasks.get_task_instance_tries("fails", run_id, "breaks").total_entries, 2)
        # Not read into the client's model: NewTaskResponse needs two keys, which every task instance has as well, so its oneOf
        # matches twice, whoever has served it.
        would = self.runs.clear_dag_run_without_preload_content("fails", run_id, DAGRunClearBody(dry_run=True))
        self.assertEqual(would.status, 200)
        marked = self.tasks.patch_task_instance("fails", run_id, "breaks", PatchTaskInstanceBody(new_state="success"))
        self.assertEqual(marked.task_instances[0].state.value, "success")
        run = self.runs.patch_dag_run("fails", run_id, DAGRunPatchBody(note="looked at"))
        self.assertEqual(run.note, "looked at")

    def test_pools_import_errors_backfills_and_approvals(self):
        pools = pool_api.PoolApi(self.client)
        self.assertIn("default_pool", [pool.name for pool in pools.get_pools().pools])
        self.assertGreater(pools.get_pool("default_pool").slots, 0)
        errors = import_error_api.ImportErrorApi(self.client).get_import_errors()
        self.assertEqual([error.filename for error in errors.import_errors], ["broken.yaml"])
        backfills = backfill_api.BackfillApi(self.client)
        body = BackfillPostBody(dag_id="greet", from_date="2026-11-01T00:00:00Z", to_date="2026-11-03T00:00:00Z")
        self.assertEqual(backfills.create_backfill_dry_run(body).total_entries, 2)
        self.assertEqual(backfills.list_backfills("greet").total_entries, 0)
        self.assertEqual(self.tasks.get_hitl_details("~", "~").total_entries, 0)

    def test_the_audit_log_has_what_was_done(self):
        self.finished("greet", self.trigger("greet").dag_run_id)
        logs = event_log_api.EventLogApi(self.client).get_event_logs(dag_id="greet")
        self.assertGreater(logs.total_entries, 0)


if __name__ == "__main__":
    ADDRESS.append(sys.argv.pop())
    unittest.main()
