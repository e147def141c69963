"""Runs through the whole engine, everything on disk as shipped, beside the bare processes: fan-out, chain, scripts, many runs.

    engine.py [--rounds 3] [WORKLOAD…]

Engine and floor take turns, so that what else the machine does meets both; of the rounds the median counts.
"""

import argparse
import datetime
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from daemon import Weir  # noqa: E402
from rows import at_least, at_most, within  # noqa: E402
from unix_connection import UnixConnection  # noqa: E402

PROGRAM = Path(os.environ["WEIR_PROGRAM"])
SPAWN = PROGRAM.parent / "bench" / "bench_spawn"
SLOTS = 16
LIMIT = 600  # seconds for one workload
TRUE = ["/bin/true"]

SETTINGS = """
dags: {folder}/dags
data: {folder}/data
listen: off
parallelism: {slots}
"""


def fibonacci(n):
    return ["/usr/bin/python3", "-c", f"f = lambda n: n if n < 2 else f(n - 1) + f(n - 2)\nf({n})"]


def floor(count, at_once, command):
    """Seconds."""
    return float(subprocess.run([SPAWN, str(count), str(at_once), *command], check=True, capture_output=True).stdout)


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Engine:
    """A daemon with these DAGs. Folders stay until all is measured: ext4 passes over inodes that were freed a moment ago, so that
    removing the logs of one round would slow down the next."""

    def __init__(self, home, **dags):
        self.folder = Path(tempfile.mkdtemp(dir=home))
        (self.folder / "dags").mkdir()
        for name, text in dags.items():
            (self.folder / "dags" / f"{name}.yaml").write_text(text)
        (self.folder / "weir.yaml").write_text(SETTINGS.format(folder=self.folder, slots=SLOTS))

    def __enter__(self):
        self.weir = Weir(PROGRAM, self.folder / "weir.yaml", self.folder / "data", self.folder / "daemon.log")
        self.connection = UnixConnection(self.folder / "data" / "weir.sock", LIMIT)
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.weir.close()

    def get(self, resource):
        return self.connection.ask("GET", "/api/v2" + resource)

    def trigger(self, dag, **body):
        return self.connection.ask("POST", f"/api/v2/dags/{dag}/dagRuns", body)["dag_run_id"]

    def await_end(self, dag, run_id):
        """The run, successful."""
        deadline = time.monotonic() + LIMIT
        while (run := self.get(f"/dags/{dag}/dagRuns/{run_id}"))["state"] not in ("success", "failed"):
            if time.monotonic() > deadline:
                raise SystemExit(f"{dag} {run_id} is {run['state']} after {LIMIT} s")
            time.sleep(0.05)
        if run["state"] != "success":
            raise SystemExit(f"{dag} {run_id} failed; see {self.folder}")
        return run

    def await_runs(self, dag, count):
        """The time at which the last of so many runs had succeeded."""
        deadline = time.monotonic() + LIMIT
        while self.get(f"/dags/{dag}/dagRuns?state=success&limit=1")["total_entries"] < count:
            if time.monotonic() > deadline:
                raise SystemExit(f"not all runs of {dag} have ended after {LIMIT} s; see {self.folder}")
            time.sleep(0.1)
        return seconds(self.get(f"/dags/{dag}/dagRuns?order_by=-end_date&limit=1")["dag_runs"][0]["end_date"])

    def tasks(self, dag, run_id, count):
        rows = []
        while len(rows) < count:
            rows += self.get(f"/dags/{dag}/dagRuns/{run_id}/taskInstances?limit=1000&offset={len(rows)}")["task_instances"]
        return rows

    def take(self, dag):
        """Seconds from the start to the end of one run, and its id."""
        run = self.await_end(dag, self.trigger(dag))
        return seconds(run["end_date"]) - seconds(run["start_date"]), run["dag_run_id"]


def chain_of(count, command):
    lines = [f"  t{i}: {{run: {json.dumps(command)}{f', needs: t{i - 1}' if i else ''}}}" for i in range(count)]
    return "tasks:\n" + "\n".join(lines) + "\n"


def fan_out(home, rounds, count):
    """1 -> N -> 1."""
    inner = [f"  t{i}: {{run: {TRUE}, needs: first}}" for i in range(count)]
    ends = [f"  first: {{run: {TRUE}}}", f"  last: {{run: {TRUE}, needs: [{', '.join(f't{i}' for i in range(count))}]}}"]
    text = f"max_active_tasks: {SLOTS}\ntasks:\n" + "\n".join(ends + inner) + "\n"
    engine, bare = [], []
    for _ in range(rounds):
        bare.append(floor(count + 2, SLOTS, TRUE))
        with Engine(home, fan=text) as it:
            engine.append(it.take("fan")[0])
    figure, least = (count / statistics.median(times) for times in (engine, bare))
    name = f"fan-out 1 -> {count:,} -> 1 of no-ops, {SLOTS} slots"
    at_least(name, figure, "tasks/s", 0.85, least, curve="a task of a fan-out, everything on disk", size=count)


def chain(home, rounds, count=200):
    added = []
    alone = []
    for _ in range(rounds):
        alone.append(floor(count, 1, TRUE) / count)
        with Engine(home, chain=chain_of(count, TRUE)) as it:
            rows = it.tasks("chain", it.take("chain")[1], count)
            starts = sorted(seconds(task["start_date"]) for task in rows)
            added.append([1e3 * (after - before - alone[-1]) for before, after in zip(starts, starts[1:])])
    hops = sorted(hop for one in added for hop in one)
    process = 1e3 * statistics.median(alone)
    median, late = statistics.median(hops), hops[len(hops) * 99 // 100]
    within(f"chain of {count} no-ops: added a hop, median", median, "ms", 1, process)
    within(f"chain of {count} no-ops: added a hop, p99", late, "ms", 3, process)


def scripts(home, rounds, count, n):
    engine, bare = [], []
    for _ in range(rounds):
        bare.append(floor(count, 1, fibonacci(n)))
        with Engine(home, scripts=chain_of(count, fibonacci(n))) as it:
            engine.append(it.take("scripts")[0])
    figure, least = statistics.median(engine), statistics.median(bare)
    name = f"{count} x python3 fibonacci({n}), one after another"
    at_most(name, figure, "s", 1.05, least)


def ask_at_once(path, requests):
    """Over as many connections as there are slots, each with its share of them one behind the other: a client that costs little."""
    connections = []
    for number in range(SLOTS):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(LIMIT)
        connection.connect(str(path))
        share = requests[number::SLOTS]
        for last, (target, body) in enumerate(share, 1 - len(share)):
            content = json.dumps(body)
            connection.sendall(f"POST /api/v2{target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                               f"Connection: {'keep-alive' if last else 'close'}\r\nContent-Length: {len(content)}\r\n\r\n{content}".encode())
        connections.append(connection)
    answers = b"".join(b"".join(iter(lambda: connection.recv(1 << 16), b"")) for connection in connections)
    if answers.count(b"HTTP/1.1 200 ") != len(requests):
        raise SystemExit(f"not every request was granted: {answers[:1000].decode()}")


def triggers(home, rounds, count=500):
    """So many runs of two tasks, asked for at once."""
    text = f"max_active_runs: {count}\nmax_active_tasks: {SLOTS}\n" + chain_of(2, TRUE)
    engine, bare = [], []
    for _ in range(rounds):
        bare.append(floor(2 * count, SLOTS, TRUE))
        with Engine(home, two=text) as it:
            began = time.time()
            ask_at_once(it.folder / "data" / "weir.sock", [("/dags/two/dagRuns", {"dag_run_id": f"r{number}"}) for number in range(count)])
            engine.append(it.await_runs("two", count) - began)
    figure, least = (2 * count / statistics.median(times) for times in (engine, bare))
    name = f"{count} runs of two no-ops, triggered by API at once"
    at_least(name, figure, "tasks/s", 0.8, least)


def backlog(home, rounds, count=10_000):
    """Runs of one task that a backfill has queued."""
    start = datetime.datetime(2026, 1, 1)
    through = start + datetime.timedelta(minutes=count - 1)
    text = f"schedule: {{cron: '* * * * *', catchup: none}}\nmax_active_tasks: {SLOTS}\n" + chain_of(1, TRUE)
    engine, bare = [], []
    for _ in range(rounds):
        bare.append(floor(count, SLOTS, TRUE))
        with Engine(home, one=text) as it:
            began = time.time()
            body = {"dag_id": "one", "from_date": f"{start:%FT%TZ}", "to_date": f"{through:%FT%TZ}", "max_active_runs": SLOTS}
            it.connection.ask("POST", "/api/v2/backfills", body)
            engine.append(it.await_runs("one", count) - began)
    figure, least = (count / statistics.median(times) for times in (engine, bare))
    name = f"{count:,} runs of one no-op, of a backfill"
    at_least(name, figure, "tasks/s", 0.8, least)


WORKLOADS = {
    "fan-out": lambda home, rounds: fan_out(home, rounds, 1_000),
    "wide fan-out": lambda home, rounds: fan_out(home, rounds, 10_000),
    "chain": chain,
    "short scripts": lambda home, rounds: scripts(home, rounds, 40, 10),
    "long scripts": lambda home, rounds: scripts(home, rounds, 10, 33),
    "triggers": triggers,
    "backlog": backlog,
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="of " + ", ".join(WORKLOADS) + "; all unless given")
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    if unknown := set(options.workloads) - set(WORKLOADS):
        arguments.error(f"there is no workload {', '.join(unknown)}; there are {', '.join(WORKLOADS)}")
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as home:
        Path(home).chmod(0o755)
        for name in options.workloads or WORKLOADS:
            WORKLOADS[name](home, options.rounds)


main()
