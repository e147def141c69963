"""A Weir of its own for each test: a fresh folder with weir.yaml and DAGs, the real program, the real processes.

The program under test is $WEIR_PROGRAM. Nothing here sleeps for luck: wait_for() asks until a condition holds, or fails.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import shutil
import textwrap
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

from supervisor import supervisor_pid  # noqa: E402

PROGRAM = os.environ.get("WEIR_PROGRAM", "")
PATIENCE = 30  # seconds; generous, because the machine may be busy


def wait_for(what, condition, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience} s: {what}")
        time.sleep(0.02)


class House(unittest.TestCase):
    def setUp(self):
        self.assertTrue(os.path.exists(PROGRAM), "set WEIR_PROGRAM to the weir program to test")
        self.folder = Path(tempfile.mkdtemp(prefix="weir-e2e-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(self.stop_all)
        self.daemon = None
        (self.folder / "dags").mkdir()
        self.configure("")

    # --- files ---------------------------------------------------------------------------------------------------------

    def configure(self, more):
        (self.folder / "weir.yaml").write_text("listen: off\n" + textwrap.dedent(more))

    def dag(self, name, text):
        """Writes a DAG file as an editor does: to a temporary file, then renamed."""
        path = self.folder / "dags" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".tmp")
        fresh.write_text(textwrap.dedent(text))
        fresh.rename(path)
        return path

    def read(self, name):
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    # --- the daemon ----------------------------------------------------------------------------------------------------

    def start(self, env=None):
        self.launch(env=env)
        wait_for("the daemon answers", self.answers)

    def launch(self, wrapper=(), env=None, program=PROGRAM):
        self.daemon_log = open(self.folder / "daemon.log", "ab")
        self.addCleanup(self.daemon_log.close)
        self.daemon = subprocess.Popen(
            [*wrapper, program, "-c", str(self.folder / "weir.yaml"), "serve"],
            cwd=self.folder,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=self.daemon_log,
            stderr=self.daemon_log,
        )

    def answers(self):
        if self.daemon.poll() is not None:
            raise AssertionError(f"the daemon ended with {self.daemon.returncode}:\n{self.read('daemon.log')}")
        return self.weir("dags", "list", check=False).returncode == 0

    def kill_daemon(self, number=signal.SIGKILL):
        self.daemon.send_signal(number)
        self.daemon.wait(PATIENCE)

    def supervisor_pid(self):
        return supervisor_pid(self.folder / ".weir")

    def stop_all(self):
        if self.daemon is not None and self.daemon.poll() is None:
            self.kill_daemon(signal.SIGTERM)
        pid = self.supervisor_pid()
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            wait_for("the supervisor ends", lambda: self.supervisor_pid() is None)

    # --- the command line ------------------------------------------------------------------------------------------------

    def weir(self, *words, check=True):
        done = subprocess.run(
            [PROGRAM, "-c", str(self.folder / "weir.yaml"), *map(str, words)],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if check and done.returncode != 0:
            self.fail(
                f"weir {' '.join(map(str, words))} ended with {done.returncode}:\n{done.stdout}{done.stderr}\n"
                f"--- daemon ---\n{self.read('daemon.log')}"
            )
        return done

    def json(self, *words):
        return json.loads(self.weir(*words, "--json").stdout)

    def trigger(self, dag, *more):
        return self.json("trigger", dag, *more)["dag_run_id"]

    def run_state(self, dag, run):
        return self.json("runs", "show", dag, run)["state"]

    def task(self, dag, run, task_id):
        for task in self.json("tasks", "list", dag, run):
            if task["task_id"] == task_id:
                return task
        self.fail(f"run {run} has no task {task_id}")

    def await_run(self, dag, run, state):
        def ended():
            return self.run_state(dag, run) in ("success", "failed")

        wait_for(f"{dag} {run} ends", ended)
        self.assertEqual(self.run_state(dag, run), state, self.weir("tasks", "list", dag, run).stdout)

    def log(self, dag, run, task_id, *more):
        return self.weir("logs", dag, run, task_id, *more).stdout
