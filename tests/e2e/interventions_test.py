"""What a person does to runs: clear, mark, kill, restart."""

import unittest

from house import House, wait_for


class Interventions(House):
    def states(self, dag, run):
        return {task["task_id"]: (task["state"], task["try_number"]) for task in self.json("tasks", "list", dag, run)}

    def test_a_part_of_a_run_is_cleared_and_earlier_logs_stay(self):
        self.dag(
            "etl",
            """
            tasks:
              a: {run: 'echo first'}
              b: {needs: a, run: 'echo "try $WEIR_TRY"; [ -e fixed ]'}
              c: {needs: b, run: 'true'}
            """,
        )
        self.start()
        run = self.trigger("etl")
        self.await_run("etl", run, "failed")
        dry = self.weir("clear", "etl", run, "b", "--downstream", "--dry-run").stdout
        self.assertIn("2 task instance(s) would run again", dry)
        self.assertEqual(self.run_state("etl", run), "failed")
        (self.folder / "dags" / "fixed").write_text("")
        self.weir("clear", "etl", "latest", "--only-failed")
        self.await_run("etl", run, "success")
        self.assertEqual(self.states("etl", run), {"a": ("success", 1), "b": ("success", 2), "c": ("success", 1)})
        self.assertIn("try 1", self.log("etl", run, "b", "--try", "1"))
        self.assertIn("try 2", self.log("etl", run, "b"))

    def test_a_clear_takes_the_newest_version_when_asked_to(self):
        self.dag("etl", "tasks: {a: {run: 'true'}, old: {run: 'false'}}")
        self.start()
        run = self.trigger("etl")
        self.await_run("etl", run, "failed")
        self.dag("etl", "tasks: {a: {run: 'true'}, fresh: {run: 'true'}}")
        wait_for("the new version", lambda: "fresh" in self.weir("dags", "show", "etl").stdout)
        self.weir("clear", "etl", run, "--newest-version")
        self.await_run("etl", run, "success")
        self.assertEqual(self.states("etl", run), {"a": ("success", 2), "fresh": ("success", 1), "old": ("removed", 1)})

    def test_tasks_and_runs_are_marked(self):
        self.dag("etl", "tasks: {a: {run: 'exec sleep 600'}, b: {needs: a, run: 'true'}}")
        self.start()
        run = self.trigger("etl")
        wait_for("a runs", lambda: self.states("etl", run)["a"][0] == "running")
        self.weir("mark", "success", "etl", run, "a")
        self.await_run("etl", run, "success")
        self.assertEqual(self.task("etl", run, "a")["note"], "marked success by hand")
        self.weir("mark", "failed", "etl", run)
        self.assertEqual(self.run_state("etl", run), "failed")
        ended = self.weir("kill", "etl", run, check=False)
        self.assertEqual(ended.returncode, 5)
        self.assertIn("has ended already", ended.stderr)

    def test_a_run_is_restarted_with_other_params(self):
        self.dag(
            "p",
            """
            params: {x: {type: integer, default: 1}, y: {type: integer, default: 2}}
            tasks: {t: {run: 'echo "$X $Y"', env: {X: "${{ params.x }}", Y: "${{ params.y }}"}}}
            """,
        )
        self.start()
        first = self.trigger("p", "-p", "x=5")
        self.await_run("p", first, "success")
        again = self.json("trigger", "p", "--restart", first, "-p", "y=7")
        self.assertEqual(again["restart_of"], first)
        self.await_run("p", again["dag_run_id"], "success")
        self.assertIn("5 7", self.log("p", again["dag_run_id"], "t"))
        refused = self.weir("trigger", "p", "--restart", first, "-p", "y=text", check=False)
        self.assertEqual(refused.returncode, 2)


if __name__ == "__main__":
    unittest.main()
