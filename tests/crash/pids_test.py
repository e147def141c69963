"""A PID is given out again while no supervisor watches: its new owner is not signalled.

In a PID namespace of its own with a small kernel.pid_max. This file runs itself there.
"""

import ctypes
import os
import re
import signal
import subprocess
import sys

import side_by_side
from workload import Workload, kill, state_of, wait_for

PID_MAX = 600
RESERVED_PIDS = 300  # the kernel gives them out once
INSIDE = "WEIR_CRASH_INSIDE"
PR_SET_CHILD_SUBREAPER = 36
NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]


def small_pid_max():
    with open("/proc/sys/kernel/pid_max", "w") as file:
        file.write(str(PID_MAX))


class Pids(Workload):
    def test_a_pid_that_was_given_out_again_is_not_signalled(self):
        if os.environ.get(INSIDE):
            return self.reuse()
        unshare = NAMESPACE if os.geteuid() == 0 else [*NAMESPACE, "--user", "--map-root-user"]
        if tuple(int(number) for number in re.findall(r"\d+", os.uname().release)[:2]) < (6, 14):
            self.skipTest("needs a pid_max for each PID namespace: Linux 6.14")
        probe = subprocess.run([*unshare, "sh", "-c", f"echo {PID_MAX} > /proc/sys/kernel/pid_max"], capture_output=True)
        if probe.returncode != 0:
            self.skipTest(f"needs a PID namespace and its pid_max: root, or user namespaces: {probe.stderr.decode().strip()}")
        inner = subprocess.run(
            [*unshare, sys.executable, "-B", __file__, self.id().removeprefix("__main__.")],
            env={**os.environ, INSIDE: "1"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        self.assertEqual(inner.returncode, 0, inner.stdout + inner.stderr)
        self.assertIn("1 ok", inner.stdout)

    def reuse(self):
        """With `held` dead and its PID another's, and nobody who saw that: neither daemon nor supervisor lives."""
        while (process := subprocess.Popen(["true"])).wait() == 0 and process.pid < RESERVED_PIDS:
            pass
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        self.start()
        self.ensure_run()
        wait_for("a task runs", lambda: ("begin", "held", "1") in self.trace())
        wait_for("it is known", lambda: self.task("crash", "run1", "held")["state"] == "running")
        supervisor = self.supervisor_pid()
        [held] = [pid for pid in self.children(supervisor) if "held" in self.environment(pid)]
        self.kill_daemon()
        os.kill(supervisor, signal.SIGSTOP)
        os.killpg(held, signal.SIGKILL)
        kill(supervisor)
        wait_for("its PID is free", lambda: self.reaped(held))
        stranger = self.process_with(held)
        self.start()
        self.go()
        self.await_success()
        self.assertIsNotNone(state_of(stranger.pid), "a stranger was killed")
        self.assertEqual(self.check_books(may_be_lost=True)["held", 1][0], "lost")
        self.assertIsNotNone(state_of(stranger.pid), "a stranger was killed")
        stranger.kill()
        stranger.wait()

    def children(self, pid):
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]

    def environment(self, pid):
        with open(f"/proc/{pid}/environ") as file:
            return [entry.partition("=")[2] for entry in file.read().split("\0") if entry.startswith("WEIR_TASK_ID=")]

    def reaped(self, pid):
        """The orphans come to us, all of the group: a zombie keeps its PID, and its group's."""
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            pass
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return True
        return False

    def process_with(self, pid):
        """A stranger that leads a group of its own, as the task did."""
        for _ in range(10 * PID_MAX):
            process = subprocess.Popen(["sleep", "600"], start_new_session=True)
            if process.pid == pid:
                return process
            process.kill()
            process.wait()
        self.fail(f"PID {pid} was not given out again")


if __name__ == "__main__":
    if os.environ.get(INSIDE):
        small_pid_max()
    side_by_side.main()
