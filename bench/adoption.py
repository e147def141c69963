"""From the exec of a daemon after kill -9 of the last one, with 1,000 tasks running, until it answers, and starts tasks again.

The database holds a million ended task instances. That the daemon has adopted what runs is seen by a probe: a task can be
started only after the supervisor's list was held against the open tries. At the end every task must still be the same
process, in its first try.

    adoption.py [--tasks 1000] [--history 1000000] [--rounds 5]
"""

import argparse
import datetime
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "e2e"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from api import Api  # noqa: E402
from daemon import Weir  # noqa: E402
from past import copy_run  # noqa: E402
from rows import within  # noqa: E402

PROGRAM = os.environ["WEIR_PROGRAM"]
LIMIT = 120  # seconds

PAST = "tasks: {a: {run: [/bin/true]}, b: {run: [/bin/true]}, c: {run: [/bin/true]}}\n"
PROBE = "tasks: {t: {run: [/bin/true]}}\n"


def wait_for(what, condition, pause=0.002):
    deadline = time.monotonic() + LIMIT
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {LIMIT} s: {what}: {condition()}")
        time.sleep(pause)
    return found


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Bench:
    def __init__(self, folder, tasks, history):
        self.folder, self.tasks = folder, tasks
        dags = folder / "dags"
        dags.mkdir()
        (dags / "past.yaml").write_text(PAST)
        (dags / "probe.yaml").write_text(PROBE)
        sleepers = "".join(f"  s{n}: {{run: [sleep, '3600']}}\n" for n in range(tasks))
        (dags / "sleepers.yaml").write_text(f"max_active_tasks: {tasks}\ntasks:\n" + sleepers)
        (folder / "weir.yaml").write_text(f"listen: off\nparallelism: {tasks + 10}\npools: {{default_pool: {tasks + 10}}}\n")
        self.api = Api(folder)
        self.database = folder / ".weir/weir.db"
        with self.weir() as weir:
            weir.run("trigger", "past", "--wait", check=True, capture_output=True)
        before = time.monotonic()
        with sqlite3.connect(self.database) as database:
            copy_run(database, (history - 3 + 2) // 3)
        database.close()
        print(f"made {history} past task instances in {time.monotonic() - before:.0f} s; {os.path.getsize(self.database) >> 20} MiB")

    def weir(self):
        return Weir(PROGRAM, self.folder / "weir.yaml", self.folder / ".weir", self.folder / "daemon.log")

    def running(self):
        """{task: (try, pid)} from the database."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT task_id, number, pid FROM task_try WHERE state = 'running'").fetchall()
        database.close()
        return {task: (number, pid) for task, number, pid in rows if task.startswith("s")}

    def healthy(self):
        try:
            answer = self.api.get("/api/v2/monitor/health").json
        except OSError:
            return False
        return answer["scheduler"]["latest_scheduler_heartbeat"] and answer["problem"] is None

    def probe(self):
        """When its task began, by the supervisor's clock."""
        run = self.api.ask("POST", "/api/v2/dags/probe/dagRuns", {}).json["dag_run_id"]
        task = f"/api/v2/dags/probe/dagRuns/{run}/taskInstances/t"
        return seconds(wait_for("the probe ran", lambda: (found := self.api.get(task).json)["state"] == "success" and found)["start_date"])

    def round(self, weir):
        """(seconds until healthy, seconds until a task begins)"""
        weir.process.send_signal(signal.SIGKILL)
        weir.process.wait()
        started = time.time()
        with open(weir.log, "ab") as log:
            weir.process = subprocess.Popen(weir.command("serve"), env=weir.environment, stdout=log, stderr=log)
        wait_for("the daemon is healthy", self.healthy)
        ready = time.time() - started
        return ready, self.probe() - started


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--tasks", type=int, default=1000)
    arguments.add_argument("--history", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as name:
        bench = Bench(Path(name), options.tasks, options.history)
        with bench.weir() as weir:
            weir.run("trigger", "sleepers", check=True, capture_output=True)
            wait_for("all tasks run", lambda: len(bench.running()) == options.tasks, pause=0.2)
            before = bench.running()
            readies, adopteds = zip(*(bench.round(weir) for _ in range(options.rounds)))
            if bench.running() != before or any(not os.path.exists(f"/proc/{pid}") for _, pid in before.values()):
                raise SystemExit("not all tasks are the processes and tries that they were")
            title = f"after kill -9 with {options.tasks:,} tasks running, {options.history:,} past ones"
            within(f"{title}: healthy, the worst", max(readies), "s", 1)
            within(f"{title}: all adopted, the worst", max(adopteds), "s", 1)


main()
