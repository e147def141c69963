#!/usr/bin/env python3
"""A daemon under load for a long time: what it holds (memory, descriptors, database) must stop growing.

    soak.py --weir PROGRAM [--minutes 60]

Cron each second, runs that fail and are retried, a window schedule and an event schedule fed by events (some twice, some
corrections, some no events at all), clients of the API, live streams that come and go, and one that never reads. History is kept for
five minutes only, so that it is as long at minute ten as at the end. Ends with 1 when the daemon has grown by more than
5 % since minute ten (of a shorter soak: since half of it), when it lost an event or a run, or when it said "error".
"""

import argparse
import datetime
import itertools
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from daemon import Weir  # noqa: E402
from unix_connection import UnixConnection  # noqa: E402

PATIENCE = 60  # seconds
SAMPLE_INTERVAL = 15
MOST_GROWTH = 1.05
STEADY_FROM = 10  # minutes
STREAMS = 20
EVENTS_PER_SECOND = 5
WINDOW = datetime.timedelta(minutes=5)

SETTINGS = """
listen: off
data: {folder}/data
dags: {folder}/dags
retention: {{runs: 5m, keep_last: 20, events: 5m, windows: 5m, audit: 5m}}
"""

DAGS = {
    "ticks": """
        schedule: {cron: "* * * * * *", catchup: none}
        max_active_runs: 4
        tasks:
          first: {run: 'echo "{\\"n\\": 3}" > "$WEIR_OUTPUT"'}
          fan: {needs: first, foreach: {range: [0, 3]}, run: "echo line of the log"}
          last: {needs: fan, run: "true"}
    """,
    "flaky": """
        schedule: {cron: "*/5 * * * * *", catchup: none}
        tasks:
          fails: {run: '[ $(($(date +%s) % 3)) -gt 0 ]', retries: 2, retry_delay: 1s}
          after: {needs: fails, trigger_rule: all_done, run: "true"}
    """,
    "windows": """
        schedule: {windows: views, every: 5m, on_revision: rerun, debounce: 1s}
        tasks: {load: {run: "true"}}
    """,
    "pings": """
        schedule: {event: {type: ping}}
        max_active_runs: 8
        tasks: {load: {run: "true"}}
    """,
}


def resident(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Load:
    """Threads that ask for something until they are stopped; what fails in one of them fails the soak."""

    def __init__(self, socket):
        self.socket = socket
        self.stopped = threading.Event()
        self.faults, self.asked, self.posted = [], 0, 0
        self.threads = []

    def start(self, work, *arguments):
        thread = threading.Thread(target=self.guard, args=(work, *arguments), daemon=True)
        thread.start()
        self.threads.append(thread)

    def guard(self, work, *arguments):
        try:
            work(*arguments)
        except Exception as fault:  # noqa: BLE001
            if not self.stopped.is_set():
                self.faults.append(f"{work.__name__}: {fault!r}")

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join(PATIENCE)

    def events(self):
        """In five-minute windows of a day that goes by quickly; each tenth is sent twice, each twentieth is a correction."""
        connection = UnixConnection(self.socket, PATIENCE)
        start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
        for number in itertools.count():
            if self.stopped.wait(1 / EVENTS_PER_SECOND):
                return
            if number % 4:
                event = {"type": "ping", "data": {"number": number}}
            else:
                back = 2 if number % 20 == 0 and number else 0
                begin = start + (number // 4 - back) * WINDOW
                window = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (begin, begin + WINDOW)]
                event = {
                    "type": "dev.weir.window.completed",
                    "subject": "views",
                    "windowstart": window[0],
                    "windowend": window[1],
                    "revision": "next" if back else 1,
                }
            event |= {"specversion": "1.0", "id": str(number), "source": "/soak"}
            for _ in range(2 if number % 10 == 0 else 1):
                connection.ask("POST", "/api/v2/events", event, "application/cloudevents+json")
            self.posted = number + 1
            if number % 100 == 50:
                connection.request("POST", "/api/v2/events", "{no event", {"Content-Type": "application/cloudevents+json"})
                assert connection.getresponse().read()

    def client(self, seed):
        chance = random.Random(seed)
        pages = [
            "/api/v2/dags",
            "/api/v2/overview",
            "/api/v2/dags/~/dagRuns?limit=50&order_by=-id",
            "/api/v2/dags/ticks/dagRuns?limit=25&state=failed",
            "/api/v2/dags/ticks/grid",
            "/api/v2/events?limit=50",
            "/api/v2/dags/~/dagRuns/~/taskInstances?limit=50",
            "/api/v2/monitor/health",
        ]
        connection = UnixConnection(self.socket, PATIENCE)
        while not self.stopped.wait(chance.uniform(0.1, 0.5)):
            connection.ask("GET", chance.choice(pages))
            self.asked += 1

    def stream(self, seed):
        """Opens a live stream, hears it for some seconds, hangs up, and begins again."""
        chance = random.Random(seed)
        while not self.stopped.is_set():
            connection = UnixConnection(self.socket, PATIENCE)
            connection.request("GET", "/api/v2/live")
            answer = connection.getresponse()
            assert answer.status == 200, answer.status
            until = time.monotonic() + chance.uniform(2, 20)
            while time.monotonic() < until and not self.stopped.is_set():
                answer.read1(65536)
            connection.close()

    def lazy_stream(self):
        connection = UnixConnection(self.socket, PATIENCE)
        connection.request("GET", "/api/v2/live")
        self.stopped.wait()
        connection.close()


def sample(weir, folder, began):
    supervisor = weir.supervisor_pid()
    return {
        "minute": (time.monotonic() - began) / 60,
        "daemon_mb": resident(weir.process.pid),
        "supervisor_mb": resident(supervisor),
        "descriptors": descriptors(weir.process.pid) + descriptors(supervisor),
        "database_mb": sum(file.stat().st_size for file in (folder / "data").glob("weir.db*")) / 1e6,
    }


def tell(row, load):
    print(
        f"{row['minute']:6.1f} min   daemon {row['daemon_mb']:6.1f} MB   supervisor {row['supervisor_mb']:5.1f} MB   "
        f"{row['descriptors']:4} descriptors   database {row['database_mb']:6.1f} MB   "
        f"{load.posted} events, {load.asked} requests",
        flush=True,
    )


def watch(weir, folder, load, minutes):
    began = time.monotonic()
    samples = []
    while (time.monotonic() - began) / 60 < minutes and not load.faults:
        time.sleep(SAMPLE_INTERVAL)
        if weir.process.poll() is not None:
            load.faults.append(f"the daemon ended with {weir.process.returncode}")
            break
        samples.append(sample(weir, folder, began))
        if len(samples) % 4 == 0:
            tell(samples[-1], load)
    return samples


def mean(rows, key):
    return sum(row[key] for row in rows) / len(rows)


def faults_of(samples, minutes):
    """The mean of a minute's samples against that of the last minute's: single samples jump with what is just going on."""
    steady = min(STEADY_FROM, minutes / 2)
    early = [row for row in samples if steady <= row["minute"] < steady + 1] or samples[:1]
    late = [row for row in samples if row["minute"] >= minutes - 1] or samples[-1:]
    for key in ("daemon_mb", "supervisor_mb", "descriptors", "database_mb"):
        before, after = mean(early, key), mean(late, key)
        print(f"{key:14} at minute {steady:g}: {before:8.2f}   at the end: {after:8.2f}   {after / before:.3f}")
        if after > before * MOST_GROWTH and after - before > 1:
            yield f"{key} has grown from {before:.1f} to {after:.1f}"


def check_work(connection, load):
    """Every event became what it had to: in the time that is kept, each ping has its run."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        waiting = connection.ask("GET", "/api/v2/dags/~/dagRuns?state=queued&state=running&limit=1")["total_entries"]
        pending = connection.ask("GET", "/api/v2/events?disposition=pending&limit=1")["total_entries"]
        if waiting <= 4 and pending == 0:  # cron goes on
            break
        time.sleep(0.5)
    else:
        yield f"{waiting} runs and {pending} events wait {PATIENCE} s after the last event"
    numbers = []
    for page in range(20):
        rows = connection.ask("GET", f"/api/v2/events?limit=100&offset={page * 100}")["events"]
        numbers += [int(row["event"]["id"]) for row in rows if row["disposition"] not in ("duplicate", "rejected")]
    missing = set(range(max(min(numbers), load.posted - 900), load.posted)) - set(numbers)
    if missing:
        yield f"events are missing: {sorted(missing)[:10]}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--weir", required=True, type=Path)
    arguments.add_argument("--minutes", type=float, default=60)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="weir-soak-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "dags").mkdir()
        for dag, text in DAGS.items():
            (folder / "dags" / f"{dag}.yaml").write_text(text)
        (folder / "weir.yaml").write_text(SETTINGS.format(folder=folder))
        with Weir(options.weir.resolve(), folder / "weir.yaml", folder / "data", folder / "daemon.log") as weir:
            load = Load(folder / "data" / "weir.sock")
            unread = UnixConnection(load.socket, PATIENCE).ask("GET", "/api/v2/importErrors")["import_errors"]
            if unread:
                raise SystemExit(f"soak: {unread[0]}")
            load.start(load.events)
            load.start(load.lazy_stream)
            for seed in range(4):
                load.start(load.client, seed)
            for seed in range(STREAMS):
                load.start(load.stream, seed)
            samples = watch(weir, folder, load, options.minutes)
            load.stop()
            faults = list(load.faults)
            if not faults:
                faults += faults_of(samples, options.minutes)
                faults += check_work(UnixConnection(load.socket, PATIENCE), load)
            said = [line for line in weir.log.read_text(errors="replace").splitlines() if " error " in line or "[error]" in line]
            faults += [f"the daemon's log: {line}" for line in said[:5]]
    for fault in faults:
        print(f"soak: {fault}", file=sys.stderr)
    print("all is well" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
