"""Disk, processes and descriptors run out: nothing starts, nothing is used up, what runs goes on, Weir says so; and it goes
on by itself."""

import os
import resource
import subprocess

import side_by_side
from workload import PROGRAM, Api, House, kill, wait_for

OWN_USER = 64321  # of the tests of RLIMIT_NPROC, which counts all processes of a user


class Scarce(House):
    """`held` runs until `go` exists; `next` is what comes after; both print nothing."""

    def setUp(self):
        super().setUp()
        self.dag(
            "d",
            f"""
            tasks:
              held:
                run: |
                  cd {self.folder}; echo "begin held $WEIR_TRY" >> trace
                  while [ ! -e go ]; do sleep 0.02; done
                  echo held > go.seen; echo number=7 > $WEIR_OUTPUT; echo "end held $WEIR_TRY" >> trace
              next:
                needs: held
                env: {{NUMBER: "${{{{ tasks.held.outputs.number }}}}"}}
                run: echo "next $NUMBER" >> {self.folder}/trace
            """,
        )
        self.dag("other", f"tasks: {{t: {{run: 'echo other >> {self.folder}/trace'}}}}")
        self.api = Api(self.folder)

    def start_held(self):
        self.start()
        self.hold()

    def hold(self):
        self.run_id = self.trigger("d")
        wait_for("the task runs", lambda: "begin held 1" in self.read("trace"))
        wait_for("it is known", lambda: self.task("d", self.run_id, "held")["state"] == "running")

    def health(self):
        return self.api.get("/api/v2/monitor/health").json

    def end_held(self):
        (self.folder / "go").touch()
        wait_for("the running task goes on and ends", lambda: "end held 1" in self.read("trace"))

    def check_held(self):
        self.await_run("d", self.run_id, "success")
        lines = [line for line in self.read("trace").splitlines() if line != "other"]
        self.assertEqual(lines, ["begin held 1", "end held 1", "next 7"])

    def check_other(self, run):
        """It has run once, after tries that never started and used up nothing (there are no retries)."""
        self.await_run("other", run, "success")
        self.assertEqual(self.read("trace").splitlines().count("other"), 1)

    def shortage(self, run, *words):
        def told():
            return any(word in self.weir("tasks", "list", "other", run).stdout for word in words)

        wait_for(f"the task says {' or '.join(words)}", told)
        self.assertNotIn("other", self.read("trace").split())


class Disk(Scarce):
    def start(self):
        """With a disk of 16 MiB for the data folder, in a mount namespace of its own."""
        data = self.folder / ".weir"
        data.mkdir()
        unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
        if subprocess.run([*unshare, "mount", "-t", "tmpfs", "tmpfs", data], capture_output=True).returncode != 0:
            self.skipTest("needs a mount namespace: root, or user namespaces that may mount")
        script = f'mount -t tmpfs -o size=16m tmpfs "{data}" && exec "$@"'
        self.launch(wrapper=[*unshare, "sh", "-c", script, "sh"])
        # The folder as the daemon sees it, once it has read its own settings.
        self.inside = f"/proc/{self.daemon.pid}/root{data}"
        wait_for("the daemon listens", lambda: os.path.exists(f"{self.inside}/weir.sock"))
        self.configure(f"data: {self.inside}")
        self.api.socket = f"{self.inside}/weir.sock"
        wait_for("the daemon answers", self.answers)

    def fill(self):
        with open(f"{self.inside}/ballast", "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(b"x" * 4096)
            except OSError:
                pass

    def make_room(self):
        os.unlink(f"{self.inside}/ballast")

    def test_a_full_disk_holds_work_back_and_loses_nothing(self):
        self.start_held()
        self.fill()
        waiting = subprocess.Popen(
            [PROGRAM, "-c", str(self.folder / "weir.yaml"), "trigger", "other", "--wait"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        health = wait_for("health says so", lambda: self.health()["problem"] and self.health())
        self.assertEqual(health["metadatabase"]["status"], "unhealthy")
        self.assertIn("full", health["problem"])
        self.assertIn("full", self.read("daemon.log"))
        (self.folder / "go").touch()
        # Its output has no room either: it goes on to where it writes that.
        wait_for("the running task goes on", (self.folder / "go.seen").exists)
        self.assertNotIn("other", self.read("trace").split())
        self.make_room()
        out, err = waiting.communicate(timeout=60)
        self.assertEqual(waiting.returncode, 0, out + err)
        self.assertEqual(self.read("trace").splitlines().count("other"), 1)
        wait_for("health is well again", lambda: self.health()["problem"] is None)
        wait_for("the run ends", lambda: self.run_state("d", self.run_id) in ("success", "failed"))
        self.assertNotIn("begin held 2", self.read("trace"))

    def test_a_daemon_that_is_killed_on_a_full_disk_goes_on_when_there_is_room(self):
        self.start_held()
        self.fill()
        asking = subprocess.Popen(
            [PROGRAM, "-c", str(self.folder / "weir.yaml"), "trigger", "other"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        wait_for("the daemon says so", lambda: "full" in self.read("daemon.log"))
        supervisor = self.supervisor_pid()
        self.kill_daemon()
        asking.communicate(timeout=60)
        self.assertNotEqual(asking.returncode, 0)  # it was promised nothing
        # The next one joins the supervisor's namespace, where the disk still is full.
        self.configure("")
        self.launch(wrapper=["nsenter", f"--target={supervisor}", "--mount", *self.user_of(supervisor)])
        self.inside = f"/proc/{supervisor}/root{self.folder}/.weir"
        wait_for("it says so", lambda: self.read("daemon.log").count("full") >= 2 or self.daemon.poll() is not None)
        self.make_room()
        if self.daemon.poll() is not None:  # refused to start, in words
            self.assertIn("disk", self.read("daemon.log"))
            self.launch(wrapper=["nsenter", f"--target={supervisor}", "--mount", *self.user_of(supervisor)])
        wait_for("it listens", lambda: os.path.exists(f"{self.inside}/weir.sock"))
        self.configure(f"data: {self.inside}")
        wait_for("the daemon answers", self.answers)
        self.end_held()
        self.check_held()

    def user_of(self, pid):
        return [] if os.geteuid() == 0 else [f"--user=/proc/{pid}/ns/user", "--preserve-credentials"]

    def test_a_journal_that_takes_no_more_lets_nothing_start_and_no_try_is_used_up(self):
        House.start(self)
        run = self.trigger("other")
        self.await_run("other", run, "success")
        os.unlink(self.folder / "trace")
        self.hold()
        supervisor = self.supervisor_pid()
        size = (self.folder / ".weir/supervisor.journal").stat().st_size
        before = resource.prlimit(supervisor, resource.RLIMIT_FSIZE)
        resource.prlimit(supervisor, resource.RLIMIT_FSIZE, (size, before[1]))
        run = self.trigger("other")
        self.shortage(run, "journal")
        self.end_held()  # and its exit, which the journal does not take either, is told all the same
        wait_for("the exit is known", lambda: self.task("d", self.run_id, "held")["state"] == "success")
        resource.prlimit(supervisor, resource.RLIMIT_FSIZE, before)
        self.check_other(run)
        self.check_held()


class Processes(Scarce):
    """As a user of their own."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root, to run as a user of its own: RLIMIT_NPROC counts all processes of a user")
        self.as_user = ["setpriv", f"--reuid={OWN_USER}", f"--regid={OWN_USER}", "--clear-groups"]
        if subprocess.run([*self.as_user, PROGRAM, "--version"], capture_output=True).returncode != 0:
            self.skipTest(f"needs a program that other users may run: {PROGRAM}")
        for path in (self.folder, self.folder / "dags"):
            os.chown(path, OWN_USER, OWN_USER)

    def start(self):
        self.launch(wrapper=self.as_user)
        wait_for("the daemon answers", self.answers)

    def forbid(self, pid):
        """By its own user: root may be without CAP_SYS_RESOURCE."""
        self.set_limit(pid, 1)

    def allow(self, pid):
        self.set_limit(pid, resource.prlimit(0, resource.RLIMIT_NPROC)[0])

    def set_limit(self, pid, soft):
        soft = "unlimited" if soft == resource.RLIM_INFINITY else soft
        subprocess.run([*self.as_user, "prlimit", f"--pid={pid}", f"--nproc={soft}:"], check=True)

    def test_a_supervisor_that_may_start_no_more_processes_backs_off(self):
        self.start_held()
        supervisor = self.supervisor_pid()
        self.forbid(supervisor)
        run = self.trigger("other")
        self.shortage(run, "Resource temporarily unavailable")
        self.end_held()
        self.allow(supervisor)
        self.check_other(run)
        self.check_held()

    def test_a_daemon_that_may_start_no_supervisor_says_so_and_goes_on_later(self):
        self.start_held()
        self.forbid(self.daemon.pid)
        kill(self.supervisor_pid())
        wait_for("health says so", lambda: "can't start the supervisor" in (self.health()["problem"] or ""))
        self.assertEqual(self.health()["scheduler"]["status"], "unhealthy")
        (self.folder / "go").touch()
        self.allow(self.daemon.pid)
        self.await_run("d", self.run_id, "success")
        wait_for("health is well again", lambda: self.health()["problem"] is None)


class Descriptors(Scarce):
    def forbid(self, pid):
        """Not one more: the next that would be given is beyond the limit."""
        self.before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        limits = [None]

        def stays_full():  # one of those that were open may have been closed since
            used = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
            limits.append(min(set(range(len(used) + 1)) - used))
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (limits[-1], self.before[1]))
            return limits[-1] == limits[-2]

        wait_for("no descriptor is free", stays_full)

    def allow(self, pid):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, self.before)

    def test_a_supervisor_without_descriptors_backs_off(self):
        self.start_held()
        supervisor = self.supervisor_pid()
        self.forbid(supervisor)
        run = self.trigger("other")
        self.shortage(run, "Too many open files")
        self.end_held()
        self.allow(supervisor)
        self.check_other(run)
        self.check_held()

    def test_a_daemon_without_descriptors_loses_no_exit_and_no_output(self):
        self.start_held()
        self.forbid(self.daemon.pid)
        self.end_held()
        wait_for("the daemon says so", lambda: "Too many open files" in self.read("daemon.log"))
        self.allow(self.daemon.pid)
        self.check_held()


if __name__ == "__main__":
    side_by_side.main()
