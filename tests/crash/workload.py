"""A House with a DAG that writes down what really ran, and the comparison of that with what Weir says.

The tasks append to a trace; the trace is held against the rows of the database after everything has stopped.
"""

import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))

from api import Api  # noqa: E402
from house import PATIENCE, PROGRAM, House, wait_for  # noqa: E402, F401: for the tests too

RUN = "run1"

# `held` runs until the file `go` exists: over whatever is done meanwhile. `flaky` fails at its first try. The lock is
# held by the task and all its children: two tries of one task at the same time would be an `overlap`.
WORK = """#!/bin/sh
cd "$HOME_FOLDER"
exec 9>> "lock.$WEIR_TASK_ID"
flock -n 9 || echo "overlap $WEIR_TASK_ID $WEIR_TRY" >> trace
echo "begin $WEIR_TASK_ID $WEIR_TRY" >> trace
echo "printed by $WEIR_TASK_ID $WEIR_TRY"
case $WEIR_TASK_ID in
held) while [ ! -e go ]; do sleep 0.02; done ;;
flaky) [ "$WEIR_TRY" != 1 ] || exit 1 ;;
esac
echo "end $WEIR_TASK_ID $WEIR_TRY" >> trace
"""

DAG = """
    defaults: {env: {HOME_FOLDER: %(folder)s}}
    tasks:
      first: {run: [%(folder)s/work]}
      held: {run: [%(folder)s/work]}
      left: {needs: first, run: [%(folder)s/work]}
      middle: {needs: first, run: [%(folder)s/work]}
      flaky: {needs: first, run: [%(folder)s/work], retries: 1, retry_delay: 0s}
      last: {needs: [left, middle, flaky, held], run: [%(folder)s/work]}
"""
TASKS = {"first", "held", "left", "middle", "flaky", "last"}


def state_of(pid):
    """The letter of /proc/PID/stat: T is stopped. None: there is no such process, or it waits to be reaped."""
    try:
        letter = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return None
    return None if letter == "Z" else letter


def kill(pid, number=signal.SIGKILL):
    """Of a process that isn't our child: returns when it is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    wait_for(f"process {pid} is gone", lambda: state_of(pid) is None)


def processes_with(variable):
    """Those that carry this `NAME=value` in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.fsencode(variable) in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            pass  # it has ended meanwhile
    return found


class Workload(House):
    def setUp(self):
        super().setUp()
        work = self.folder / "work"
        work.write_text(WORK)
        work.chmod(0o755)
        self.dag("crash", DAG % {"folder": self.folder})
        self.api = Api(self.folder)

    # --- the run ---------------------------------------------------------------------------------------------------------

    def answers(self):
        if self.daemon.poll() is not None:
            raise AssertionError(f"the daemon ended with {self.daemon.returncode}:\n{self.read('daemon.log')}")
        try:
            return self.api.get("/api/v2/monitor/health").status == 200 and self.api.get("/api/v2/dags/crash").status == 200
        except OSError:
            return False

    def ask_for_run(self):
        """In the background, since the daemon may be about to die. Exit code 0: it has promised the run."""
        return subprocess.Popen(
            [PROGRAM, "-c", str(self.folder / "weir.yaml"), "trigger", "crash", "--run-id", RUN],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run_row(self):
        answer = self.api.get(f"/api/v2/dags/crash/dagRuns/{RUN}")
        return answer.json if answer.status == 200 else None

    def ensure_run(self):
        if self.run_row() is None:
            self.weir("trigger", "crash", "--run-id", RUN)

    def trace(self):
        return [tuple(line.split()) for line in self.read("trace").splitlines()]

    def go(self):
        (self.folder / "go").touch()

    def await_success(self):
        wait_for("the run ends", lambda: self.run_row()["state"] in ("success", "failed"))
        self.assertEqual(self.run_row()["state"], "success", self.weir("tasks", "list", "crash", RUN).stdout)

    # --- afterwards ------------------------------------------------------------------------------------------------------

    def tries(self):
        """{(task, number): (state, exit_code, log_path)} of all DAGs, from the database itself."""
        with sqlite3.connect(f"file:{self.folder}/.weir/weir.db?mode=ro", uri=True) as database:
            rows = database.execute("SELECT task_id, number, state, exit_code, log_path FROM task_try").fetchall()
        database.close()
        return {(task, number): rest for task, number, *rest in rows}

    def check_books(self, may_be_lost):
        """After the end of the run: stops everything, and holds the trace against the database."""
        self.stop_all()
        self.assertEqual(processes_with(f"HOME_FOLDER={self.folder}"), [], "task processes are left")
        self.assertIn("sound", self.weir("db", "check").stdout)

        trace = Counter(self.trace())
        doubled = {line: count for line, count in trace.items() if count > 1 or line[0] == "overlap"}
        self.assertEqual(doubled, {}, "what ran twice, or at the same time as another try")

        tries = self.tries()
        begun = {(task, int(number)) for what, task, number in trace if what == "begin"}
        ended = {(task, int(number)) for what, task, number in trace if what == "end"}
        self.assertEqual(begun - tries.keys(), set(), "what ran and Weir knows nothing of")
        for (task, number), (state, exit_code, log_path) in tries.items():
            told = f"try {number} of {task} is {state}"
            self.assertIn(state, {"success", "failed", "lost"} if may_be_lost else {"success", "failed"}, told)
            if state == "success":
                self.assertTrue((task, number) in begun and (task, number) in ended, f"{told}, and it did not end so")
                log = (self.folder / ".weir/logs" / log_path).read_text()
                self.assertEqual(log, f"printed by {task} {number}\n")
            if state == "failed":
                self.assertEqual((task, number, exit_code), ("flaky", 1, 1), told)
        succeeded = sorted(task for (task, _), (state, *_) in tries.items() if state == "success")
        self.assertEqual(succeeded, sorted(TASKS), "tasks that succeeded")
        return tries
