"""What is added between a wish and its process: asked for by API, or an event committed or sent (HTTP, Redis stream), to started.

The floor, which every process costs, is the spawn of the same command, in the supervisor's way: posix_spawn until it runs.
Durable settings as shipped; one at a time.

    latency.py [--events 200]
"""

import argparse
import datetime
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import redis as redis_py

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from daemon import STREAM_SETTINGS, Weir  # noqa: E402
from rows import within  # noqa: E402
from servers import Redis  # noqa: E402
from unix_connection import UnixConnection  # noqa: E402

PROGRAM = os.environ["WEIR_PROGRAM"]
LIMIT = 10  # seconds for one event

DAG = "schedule: {event: {type: ping}}\ntasks: {answer: {run: [/bin/true]}}\n"


def percentile(values, percent):
    return sorted(values)[(len(values) - 1) * percent // 100]


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def spawn():
    """Milliseconds until posix_spawn has the program running."""
    before = time.perf_counter()
    pid = os.posix_spawn("/bin/true", ["true"], {})
    took = time.perf_counter() - before
    os.waitpid(pid, 0)
    return took * 1e3


def tell(title, values, floor):
    added = [value - percentile(floor, 50) for value in values]
    within(f"{title}: added, median", percentile(added, 50), "ms", 3, percentile(floor, 50))
    within(f"{title}: added, p99", percentile(added, 99), "ms", 10, percentile(floor, 99))


class Desk:
    def __init__(self, connection):
        self.connection = connection

    def await_task(self, find_run):
        """When the run's task started; find_run() tells its id, or nothing yet."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            time.sleep(0.005)  # not at once: the daemon has better to do at that moment
            if run := find_run():
                task = self.connection.ask("GET", f"/api/v2/dags/ping/dagRuns/{run}/taskInstances/answer")
                if task["state"] == "success":
                    return seconds(task["start_date"])
        raise SystemExit("the task was not started")

    def trigger(self):
        before = time.time()
        run = self.connection.ask("POST", "/api/v2/dags/ping/dagRuns", {})["dag_run_id"]
        return (self.await_task(lambda: run) - before) * 1e3

    def send(self, name, send):
        """From sent, and from on record (which is before the commit), to started."""
        event = None

        def find_run():
            nonlocal event
            event = next(iter(self.connection.ask("GET", f"/api/v2/events?subject={name}")["events"]), None)
            return event and event["dag_run_id"]

        before = time.time()
        send({"specversion": "1.0", "id": name, "source": "/bench", "type": "ping", "subject": name})
        started = self.await_task(find_run)
        return (started - before) * 1e3, (started - seconds(event["received_at"])) * 1e3


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--events", type=int, default=200)
    count = arguments.parse_args().events
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as name, Redis() as redis:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "dags").mkdir()
        (folder / "dags" / "ping.yaml").write_text(DAG)
        (folder / "weir.yaml").write_text(STREAM_SETTINGS.format(folder=folder, redis=redis.socket))
        with Weir(PROGRAM, folder / "weir.yaml", folder / "data", folder / "daemon.log"):
            connection = UnixConnection(folder / "data" / "weir.sock", LIMIT)
            desk = Desk(connection)
            client = redis_py.Redis(unix_socket_path=str(redis.socket))

            def post(event):
                connection.ask("POST", "/api/v2/events", event, "application/cloudevents+json")

            def add(event):
                client.xadd("events", {"event": json.dumps(event)})

            floor = [spawn() for _ in range(count)]
            tell("triggered by API to process started", [desk.trigger() for _ in range(count)], floor)
            for title, way in (("HTTP", post), ("Redis stream", add)):
                sent, recorded = zip(*(desk.send(f"{way.__name__}{number}", way) for number in range(count)))
                tell(f"event by {title}, received to process started", recorded, floor)
                tell(f"event by {title}, sent to process started", sent, floor)


main()
