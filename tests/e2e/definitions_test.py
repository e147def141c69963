"""DAG files that come, change, break and go while the daemon runs."""

import time
import unittest

from house import House, wait_for


class Definitions(House):
    def dag_ids(self):
        return [dag["dag_id"] for dag in self.json("dags", "list")["dags"]]

    def test_a_new_file_is_seen_within_a_second(self):
        self.start()
        self.assertEqual(self.dag_ids(), [])
        written = time.monotonic()
        self.dag("team/fresh", "tasks: {t: {run: 'true'}}")
        wait_for("the DAG is there", lambda: self.dag_ids() == ["fresh"])
        self.assertLess(time.monotonic() - written, 5)  # a second, and what a busy machine adds

    def test_a_broken_file_keeps_its_last_good_version_running(self):
        path = self.dag("etl", "tasks: {t: {run: 'echo good'}}")
        self.start()
        self.dag("etl", "tasks: {t: {run: 'echo bad', nedes: x}}")
        listed = wait_for("the error is told", lambda: self.json("dags", "list")["import_errors"])
        self.assertIn("nedes", str(listed))
        self.assertIn("etl.yaml:1:", str(listed))
        self.assertIn("etl.yaml:1:", self.read("daemon.log"))
        self.weir("trigger", "etl", "--wait")
        self.assertIn("good", self.log("etl", "latest", "t"))
        # … across a restart too
        self.kill_daemon()
        self.start()
        self.weir("trigger", "etl", "--wait")
        self.assertIn("good", self.log("etl", "latest", "t"))
        path.write_text("tasks: {t: {run: 'echo mended'}}")
        wait_for("the error is gone", lambda: not self.json("dags", "list")["import_errors"])
        self.weir("trigger", "etl", "--wait")
        self.assertIn("mended", self.log("etl", "latest", "t"))

    def test_a_run_keeps_the_version_it_started_with(self):
        text = """
            tasks:
              first:
                run: while [ ! -e {folder}/go ]; do sleep 0.02; done
              second:
                needs: first
                run: echo {word}
        """
        self.dag("etl", text.format(folder=self.folder, word="old"))
        self.start()
        run_id = self.trigger("etl")
        wait_for("it runs", lambda: self.task("etl", run_id, "first")["state"] == "running")
        self.dag("etl", text.format(folder=self.folder, word="new"))
        wait_for("the change is seen", lambda: "DAG etl loaded" in self.read("daemon.log"))
        self.kill_daemon()
        self.start()
        (self.folder / "go").touch()
        self.await_run("etl", run_id, "success")
        self.assertIn("old", self.log("etl", run_id, "second"))
        self.weir("trigger", "etl", "--wait")
        self.assertIn("new", self.log("etl", "latest", "second"))

    def test_a_removed_file_ends_its_schedule_and_keeps_its_history(self):
        path = self.dag("etl", "tasks: {t: {run: 'true'}}")
        self.start()
        self.weir("trigger", "etl", "--wait")
        path.unlink()
        wait_for("it is gone", lambda: self.dag_ids() == [])
        self.assertEqual(self.weir("trigger", "etl", check=False).returncode, 4)
        self.assertEqual(len(self.json("runs", "list", "etl")["dag_runs"]), 1)

    def test_a_run_of_a_removed_dag_finishes_and_stays_readable(self):
        path = self.dag("gone", "tasks: {a: {run: 'until [ -e go ]; do sleep 0.05; done; echo a'}, b: {needs: a, run: 'echo last words'}}")
        self.start()
        run = self.trigger("gone")
        wait_for("a runs", lambda: self.task("gone", run, "a")["state"] == "running")
        path.unlink()
        wait_for("its end is told", lambda: "DAG gone is gone" in self.read("daemon.log"))
        (self.folder / "dags" / "go").write_text("")
        self.await_run("gone", run, "success")
        self.assertIn("last words", self.log("gone", run, "b"))
        self.assertEqual(self.weir("trigger", "gone", check=False).returncode, 4)

    def test_a_renamed_dag_is_told(self):
        path = self.dag("report", "id: old_report\ntasks: {t: {run: 'true'}}")
        self.start()
        self.dag("report", "id: new_report\ntasks: {t: {run: 'true'}}")
        wait_for("the new name", lambda: "new_report was called old_report" in self.weir("dags", "list").stdout)
        self.assertIn("DAG old_report is called new_report now", self.read("daemon.log"))
        self.kill_daemon()
        self.start()
        self.assertIn("new_report was called old_report", self.weir("dags", "list").stdout)

    def test_two_files_with_one_id_are_told_apart(self):
        self.dag("a", "{id: same, tasks: {t: {run: 'true'}}}")
        self.dag("b", "{id: same, tasks: {t: {run: 'true'}}}")
        checked = self.weir("validate", check=False)
        self.assertEqual(checked.returncode, 2)
        self.assertIn("b.yaml:1:1: DAG id 'same' is taken by a.yaml", checked.stdout)

    def test_validate_names_every_problem_with_its_place(self):
        path = self.dag(
            "etl",
            """\
            schedule: [{cron: "61 * * * *"}]
            tasks:
              extract: {run: 'true'}
              load:
                needs: extrct
                run: 'true'
            """,
        )
        checked = self.weir("validate", path, check=False)
        self.assertEqual(checked.returncode, 2)
        self.assertIn("etl.yaml:1:", checked.stdout)
        self.assertRegex(checked.stdout, r"etl.yaml:5:12: .*extrct.*did you mean 'extract'\?")


if __name__ == "__main__":
    unittest.main()
