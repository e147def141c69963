"""Ten thousand DAGs with a schedule: start, memory, processor time while nothing is due, and all of them due in one minute.

Then, with a million past runs in the database, the start of a daemon that knows the files. The floor of what is due is the bare
process, 16 at a time.

    dags.py [--dags 10000] [--runs 1000000] [--seconds 20]
"""

import argparse
import datetime
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from past import copy_run  # noqa: E402
from rows import at_most, row, within  # noqa: E402
from supervisor import supervisor_pid  # noqa: E402
from unix_connection import UnixConnection  # noqa: E402

PROGRAM = Path(os.environ["WEIR_PROGRAM"])
SPAWN = PROGRAM.parent / "bench" / "bench_spawn"
LIMIT = 300  # seconds for one step
SLOTS = 16
SETTLE = 2  # seconds from ready until the first turn and the supervisor's start are behind us

DAG = "schedule: [{{cron: '{minute} {hour} * * *', catchup: none}}]\ntasks:\n  extract: {{run: [/bin/true]}}\n"
PAST = "tasks: {a: {run: [/bin/true]}, b: {run: [/bin/true]}, c: {run: [/bin/true]}}\n"


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Daemon:
    """Ready when the constructor returns, as it tells systemd; `took` says after how many seconds."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(str(folder / "ready"))
            ready.settimeout(LIMIT)
            began = time.monotonic()
            with open(folder / "daemon.log", "ab") as log:
                self.process = subprocess.Popen(
                    [PROGRAM, "--config", folder / "weir.yaml", "serve"],
                    env={**os.environ, "NOTIFY_SOCKET": str(folder / "ready")},
                    stdout=log,
                    stderr=log,
                )
            ready.recv(100)
            self.took = time.monotonic() - began
        (folder / "ready").unlink()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(LIMIT)

    def connection(self):
        return UnixConnection(self.folder / "data" / "weir.sock", LIMIT)

    def resident_mb(self):
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024

    def processor_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def write_dags(folder, count):
    """All due at the same minute, which lies far enough ahead for the start and the idle time before it."""
    due = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=3)).replace(second=0, microsecond=0)
    for number in range(count):
        (folder / "dags" / f"dag_{number}.yaml").write_text(DAG.format(minute=due.minute, hour=due.hour))
    return due.timestamp()


def await_started(connection, count, due):
    """When the last of their processes had started."""
    deadline = due + LIMIT
    while connection.ask("GET", "/api/v2/dags/~/dagRuns?run_type=scheduled&limit=1&state=success")["total_entries"] < count:
        if time.time() > deadline:
            raise SystemExit("not all runs have ended")
        time.sleep(0.2)
    tasks = connection.ask("GET", "/api/v2/dags/~/dagRuns/~/taskInstances?limit=1&order_by=-start_date")["task_instances"]
    return seconds(tasks[0]["start_date"])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--dags", type=int, default=10_000)
    arguments.add_argument("--runs", type=int, default=1_000_000)
    arguments.add_argument("--seconds", type=int, default=20)
    options = arguments.parse_args()
    count = options.dags
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as name:
        folder = Path(name)
        (folder / "dags").mkdir()
        (folder / "weir.yaml").write_text(f"listen: off\ndata: data\ndags: dags\nparallelism: {SLOTS}\n")
        (folder / "dags" / "past.yaml").write_text(PAST)
        due = write_dags(folder, count)
        with Daemon(folder) as daemon:
            row(f"{count:,} DAGs: first start, every version is written", daemon.took, "s")
            time.sleep(SETTLE)
            before = daemon.processor_seconds()
            time.sleep(options.seconds)
            busy = 100 * (daemon.processor_seconds() - before) / options.seconds
            if time.time() > due:
                raise SystemExit("they were due before the idle time was over")
            resident = daemon.resident_mb()
            within(f"{count:,} DAGs, nothing due: resident memory", resident, "MB", 60)
            within(f"{count:,} DAGs, nothing due: processor time", busy, "% of one core", 0.5)
            bare = float(subprocess.run([SPAWN, str(count), str(SLOTS), "/bin/true"], check=True, capture_output=True).stdout)
            connection = daemon.connection()
            took = await_started(connection, count, due) - due
            at_most(f"{count:,} DAGs due in one minute: the last one started after", took, "s", 1.2, bare)
            connection.ask("POST", "/api/v2/dags/past/dagRuns", {"dag_run_id": "p"})
            while connection.ask("GET", "/api/v2/dags/past/dagRuns/p")["state"] != "success":
                time.sleep(0.05)
        with sqlite3.connect(folder / "data" / "weir.db") as database:
            database.execute("DELETE FROM task_try WHERE run IN (SELECT id FROM dag_run WHERE run_id != 'p')")
            database.execute("DELETE FROM task_instance WHERE run IN (SELECT id FROM dag_run WHERE run_id != 'p')")
            database.execute("DELETE FROM dag_run WHERE run_id != 'p'")
            database.commit()
            copy_run(database, options.runs - 1)
        database.close()
        with Daemon(folder) as daemon:
            title = f"{count:,} DAGs, {options.runs:,} past runs: ready after"
            within(title, daemon.took, "s", 1)
        with Daemon(folder) as daemon:
            within(title + " (once more)", daemon.took, "s", 1)
        if pid := supervisor_pid(folder / "data"):
            os.kill(pid, 15)


main()
