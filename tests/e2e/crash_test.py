"""What dies, and what happens then."""

import os
import signal
import unittest

from house import House, wait_for


class Crash(House):
    # Says that it started, waits for leave, says that it ended.
    PATIENT = """
        tasks:
          wait:
            run: |
              echo started >> "$HOME_FOLDER/trace"
              while [ ! -e "$HOME_FOLDER/go" ]; do sleep 0.02; done
              echo ended >> "$HOME_FOLDER/trace"
            env: {HOME_FOLDER: %s}
          after:
            needs: wait
            run: echo after >> "$HOME_FOLDER/trace"
            env: {HOME_FOLDER: %s}
    """

    def start_patient(self):
        self.dag("patient", self.PATIENT % (self.folder, self.folder))
        self.start()
        self.run_id = self.trigger("patient")
        wait_for("the task runs", lambda: "started" in self.read("trace"))
        wait_for("it is known", lambda: self.task("patient", self.run_id, "wait")["state"] == "running")

    def go(self):
        (self.folder / "go").touch()

    def test_tasks_are_not_disturbed_by_the_death_of_the_daemon(self):
        self.start_patient()
        self.kill_daemon()
        self.start()
        self.assertEqual(self.task("patient", self.run_id, "wait")["state"], "running")
        self.go()
        self.await_run("patient", self.run_id, "success")
        self.assertEqual(self.read("trace").split(), ["started", "ended", "after"])

    def test_a_task_that_ends_while_no_daemon_runs_delivers_its_result_to_the_next_one(self):
        self.start_patient()
        self.kill_daemon()
        self.go()
        wait_for("the task ends", lambda: "ended" in self.read("trace"))
        self.start()
        self.await_run("patient", self.run_id, "success")
        self.assertEqual(self.read("trace").split(), ["started", "ended", "after"])

    def test_an_orderly_stop_leaves_tasks_running_for_the_next_daemon(self):
        self.start_patient()
        self.kill_daemon(signal.SIGTERM)
        self.assertEqual(self.daemon.returncode, 0)
        self.start()
        self.go()
        self.await_run("patient", self.run_id, "success")
        self.assertEqual(self.read("trace").split(), ["started", "ended", "after"])

    def test_a_try_whose_supervisor_died_is_lost_and_run_again_without_a_retry(self):
        self.start_patient()
        os.kill(self.supervisor_pid(), signal.SIGKILL)
        wait_for("it runs again", lambda: self.read("trace").split().count("started") == 2)
        self.go()
        self.await_run("patient", self.run_id, "success")
        self.assertEqual(self.read("trace").split(), ["started", "started", "ended", "after"])

    def test_daemon_and_supervisor_die_together(self):
        self.start_patient()
        supervisor = self.supervisor_pid()
        self.kill_daemon()
        os.kill(supervisor, signal.SIGKILL)
        self.start()
        wait_for("it runs again", lambda: self.read("trace").split().count("started") == 2)
        self.go()
        self.await_run("patient", self.run_id, "success")
        self.assertEqual(self.read("trace").split(), ["started", "started", "ended", "after"])

    def test_nothing_runs_twice_however_often_the_daemon_is_killed(self):
        tasks = "".join(
            f"""
          t{i}:
            run: echo t{i} >> "$HOME_FOLDER/trace"
            env: {{HOME_FOLDER: {self.folder}}}"""
            for i in range(200)
        )
        self.dag("wide", "tasks:" + tasks)
        self.start()
        run_id = self.trigger("wide")
        for share in (20, 60, 120):
            wait_for(f"{share} tasks ran", lambda: len(self.read("trace").split()) >= share)
            self.kill_daemon()
            self.start()
        self.await_run("wide", run_id, "success")
        self.assertEqual(sorted(self.read("trace").split()), sorted(f"t{i}" for i in range(200)))

    def test_a_second_daemon_on_the_same_data_is_refused(self):
        self.start()
        second = self.weir("serve", check=False)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn(str(self.daemon.pid), second.stderr)


if __name__ == "__main__":
    unittest.main()
