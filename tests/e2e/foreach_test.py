"""A task that runs once for each item, from the file to the log."""

import unittest

from house import House, wait_for

FANS_OUT = """
tasks:
  list:
    run: echo 'files=["a.csv", "b.csv", "c.csv"]' > $WEIR_OUTPUT
  copy:
    needs: list
    foreach: ${{ tasks.list.outputs.files }}
    max_parallel: 2
    label: ${{ item }}
    env: {FILE: "${{ item }}"}
    run: |
      echo "copying $FILE as $WEIR_MAP_INDEX"
      echo "rows=$((WEIR_MAP_INDEX * 10))" > $WEIR_OUTPUT
      test ! -e "fail_$WEIR_MAP_INDEX"
  sum:
    needs: copy
    env: {ROWS: "${{ tasks.copy.outputs.rows }}"}
    run: echo "rows $ROWS"
"""


class Foreach(House):
    def test_an_output_becomes_instances_and_their_outputs_a_list(self):
        self.dag("fan", FANS_OUT)
        self.start()
        self.weir("trigger", "fan", "--wait")
        listed = self.weir("tasks", "list", "fan", "latest").stdout
        self.assertIn("copy x3", listed)
        self.assertIn("copy[2] c.csv", listed)
        self.assertIn("copying b.csv as 1", self.log("fan", "latest", "copy[1]"))
        self.assertIn('rows ["0","10","20"]', self.log("fan", "latest", "sum"))

    def test_a_retry_runs_only_the_instance_that_failed(self):
        self.dag("fan", FANS_OUT)
        marker = self.folder / "dags" / "fail_1"
        marker.write_text("")
        self.start()
        self.weir("trigger", "fan", "--wait", check=False)
        self.assertEqual(self.task("fan", "latest", "sum")["state"], "upstream_failed")
        marker.unlink()
        self.weir("retry", "fan", "latest")
        self.await_run("fan", "latest", "success")
        tries = {
            task["map_index"]: task["try_number"]
            for task in self.json("tasks", "list", "fan", "latest")
            if task["task_id"] == "copy" and task["map_index"] >= 0
        }
        self.assertEqual(tries, {0: 1, 1: 2, 2: 1})

    def test_one_instance_is_killed_and_the_others_go_on(self):
        go = self.folder / "go"
        self.dag("slow", f"tasks: {{t: {{foreach: {{range: 2}}, run: 'while [ ! -e {go} ]; do sleep 0.05; done'}}}}")
        self.start()
        self.trigger("slow")

        def states():
            tasks = self.json("tasks", "list", "slow", "latest")
            return {task["map_index"]: task["state"] for task in tasks if task["map_index"] >= 0}

        wait_for("both run", lambda: states() == {0: "running", 1: "running"})
        self.weir("kill", "slow", "latest", "t", "--map-index", "1")
        wait_for("one is killed", lambda: states() == {0: "running", 1: "failed"})
        go.touch()
        self.await_run("slow", "latest", "failed")
        self.assertEqual(states(), {0: "success", 1: "failed"})

    def test_instances_outlive_the_daemon(self):
        self.dag("slow", "tasks: {t: {foreach: {range: 4}, max_parallel: 2, run: 'sleep 1; echo once >> trace'}}")
        self.start()
        self.trigger("slow")
        self.kill_daemon()
        self.start()
        self.await_run("slow", "latest", "success")
        self.assertEqual((self.folder / "dags" / "trace").read_text(), "once\n" * 4)


if __name__ == "__main__":
    unittest.main()
