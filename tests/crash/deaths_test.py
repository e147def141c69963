"""What dies, and what happens then, row by row of the table in docs/architecture.md; and the upgrade in place."""

import os
import shutil
import signal
import subprocess

import side_by_side
from workload import PROGRAM, House, Workload, kill, state_of, wait_for


class Deaths(House):
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

    def start_stubborn(self, more):
        """A task whose whole group ignores SIGTERM, and that has a child."""
        self.dag(
            "stubborn",
            f"""
            tasks:
              t:
                {more}
                run: |
                  echo "begin $WEIR_TRY" >> {self.folder}/trace
                  [ "$WEIR_TRY" = 1 ] || exit 0
                  trap '' TERM
                  sleep 600 & echo $! > {self.folder}/child
                  echo $$ > {self.folder}/pid
                  wait
            """,
        )
        self.start()
        self.run_id = self.trigger("stubborn")
        return int(wait_for("the task runs", lambda: self.read("pid").strip()))

    def test_a_task_that_is_killed_has_failed_and_says_by_what(self):
        pid = self.start_stubborn("")
        child = int(self.read("child"))
        os.killpg(pid, signal.SIGKILL)
        self.await_run("stubborn", self.run_id, "failed")
        self.assertIsNone(state_of(child))
        self.assertIn("SIGKILL", self.weir("tasks", "list", "stubborn", self.run_id).stdout)

    def test_a_task_that_is_killed_is_retried_as_its_policy_says(self):
        os.killpg(self.start_stubborn("retries: 1\n                retry_delay: 0s"), signal.SIGKILL)
        self.await_run("stubborn", self.run_id, "success")
        self.assertEqual(self.read("trace").splitlines(), ["begin 1", "begin 2"])

    def test_the_rest_of_a_group_does_not_outlive_its_leader(self):
        pid = self.start_stubborn("")
        child = int(self.read("child"))
        os.kill(pid, signal.SIGKILL)
        self.await_run("stubborn", self.run_id, "failed")
        self.assertIsNone(state_of(child))

    def test_a_task_that_is_killed_while_no_daemon_runs_is_told_of_by_the_next_one(self):
        pid = self.start_stubborn("")
        wait_for("it is known", lambda: self.task("stubborn", self.run_id, "t")["state"] == "running")
        self.kill_daemon()
        os.killpg(pid, signal.SIGKILL)
        self.start()
        self.await_run("stubborn", self.run_id, "failed")
        self.assertIn("SIGKILL", self.weir("tasks", "list", "stubborn", self.run_id).stdout)

    def test_task_and_supervisor_and_daemon_die_together(self):
        pid = self.start_stubborn("")
        supervisor = self.supervisor_pid()
        self.kill_daemon()
        os.kill(supervisor, signal.SIGSTOP)  # so that it sees nothing of the task's death
        os.killpg(pid, signal.SIGKILL)
        kill(supervisor)
        self.start()
        self.await_run("stubborn", self.run_id, "success")  # lost, which costs no retry
        self.assertEqual(self.read("trace").splitlines(), ["begin 1", "begin 2"])

    def test_a_second_daemon_on_the_same_data_is_refused(self):
        self.start()
        second = self.weir("serve", check=False)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn(str(self.daemon.pid), second.stderr)

    def test_a_daemon_that_only_stands_still_keeps_its_data(self):
        self.start_patient()
        self.daemon.send_signal(signal.SIGSTOP)
        try:
            second = self.weir("serve", check=False)
            self.assertNotEqual(second.returncode, 0)
            self.assertIn(str(self.daemon.pid), second.stderr)
        finally:
            self.daemon.send_signal(signal.SIGCONT)
        self.go()
        self.await_run("patient", self.run_id, "success")
        self.assertEqual(self.read("trace").split(), ["started", "ended", "after"])


class Failpoints(House):
    """A test that arms nothing by a slip of the pen would prove nothing."""

    def refusal(self, text):
        refused = subprocess.run(
            [PROGRAM, "-c", str(self.folder / "weir.yaml"), "serve"],
            env={**os.environ, "WEIR_FAILPOINTS": text},
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(refused.returncode, 2, refused.stderr)
        return refused.stderr

    def test_a_name_that_no_failpoint_has_is_told(self):
        self.assertIn("turn.comitted", self.refusal("turn.comitted:1:kill:/tmp/hit"))

    def test_a_value_that_says_nothing_is_told(self):
        for text in ("turn.committed", "turn.committed:0:kill:/x", "turn.committed:1:die:/x", "turn.committed:1:kill:x"):
            self.assertIn("NAME:PASSAGE:kill|stop|hold:FILE", self.refusal(text))

    def test_no_task_inherits_them(self):
        self.dag("look", "tasks: {t: {run: 'env'}}")
        self.start(env={"WEIR_FAILPOINTS": f"turn.launched:1000000:kill:{self.folder}/hit"})
        self.weir("trigger", "look", "--wait")
        self.assertIn("FAILPOINTS ARE ARMED", self.read("daemon.log"))
        self.assertNotIn("WEIR_FAILPOINTS", self.log("look", "latest", "t"))


class Upgrade(Workload):
    """The new program takes the place of the old one's file while tasks run."""

    def setUp(self):
        super().setUp()
        self.program = self.folder / "weir"
        shutil.copy2(PROGRAM, self.program)

    def launch(self, wrapper=(), env=None):
        super().launch(wrapper=wrapper, env=env, program=self.program)

    def replace_program(self):
        fresh = self.folder / "weir.new"
        shutil.copy2(PROGRAM, fresh)
        fresh.rename(self.program)

    def program_of(self, pid):
        return os.readlink(f"/proc/{pid}/exe")

    def test_running_tasks_go_on_and_their_supervisor_serves_the_new_daemon(self):
        self.start()
        self.ensure_run()
        wait_for("a task runs", lambda: ("begin", "held", "1") in self.trace())
        supervisor = self.supervisor_pid()
        self.replace_program()
        self.kill_daemon(signal.SIGTERM)
        self.start()
        self.assertEqual(self.program_of(self.daemon.pid), str(self.program))
        self.assertEqual(self.program_of(supervisor), f"{self.program} (deleted)")
        self.go()
        self.await_success()
        self.assertEqual(self.supervisor_pid(), supervisor)
        self.check_books(may_be_lost=False)

    def test_a_daemon_whose_file_was_replaced_starts_the_next_supervisor_from_the_new_one(self):
        self.start()
        self.ensure_run()
        wait_for("a task runs", lambda: ("begin", "held", "1") in self.trace())
        self.replace_program()
        kill(self.supervisor_pid())
        self.go()
        self.await_success()
        self.assertEqual(self.program_of(self.supervisor_pid()), str(self.program))
        self.check_books(may_be_lost=True)



if __name__ == "__main__":
    side_by_side.main()
