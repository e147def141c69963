"""From an event to its task: committed to process started, and sent to process started, by HTTP and by a Redis stream.

The floor is the spawn of the same command. Durable settings as shipped; one event at a time.

    latency.py [--events 200]
"""

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from daemon import STREAM_SETTINGS, Weir  # noqa: E402
from servers import Redis, found  # noqa: E402
from unix_connection import UnixConnection  # noqa: E402

PROGRAM = os.environ["WEIR_PROGRAM"]
LIMIT = 10  # seconds for one event

DAG = "schedule: {event: {type: ping}}\ntasks: {answer: {run: [/bin/true]}}\n"


def percentiles(values):
    values = sorted(values)
    return f"median {statistics.median(values):6.2f} ms   p99 {values[len(values) * 99 // 100]:6.2f} ms"


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def measure(count, send, connection):
    committed, sent = [], []
    for number in range(count):
        name = f"{send.__name__}{number}"
        before = time.time()
        send({"specversion": "1.0", "id": name, "source": "/bench", "type": "ping", "subject": name})
        deadline = time.monotonic() + LIMIT
        while True:
            rows = connection.ask("GET", f"/api/v2/events?subject={name}")["events"]
            if rows and rows[0]["dag_run_id"]:
                run = connection.ask("GET", f"/api/v2/dags/ping/dagRuns/{rows[0]['dag_run_id']}/taskInstances/answer")
                if run["state"] == "success":
                    break
            if time.monotonic() > deadline:
                raise SystemExit(f"event {name} came to nothing: {rows}")
            time.sleep(0.005)
        started = seconds(run["start_date"])
        committed.append((started - seconds(rows[0]["received_at"])) * 1e3)
        sent.append((started - before) * 1e3)
    return committed, sent


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--events", type=int, default=200)
    count = arguments.parse_args().events
    spawns = []
    for _ in range(count):
        before = time.perf_counter()
        subprocess.run(["/bin/true"], check=True)
        spawns.append((time.perf_counter() - before) * 1e3)
    print(f"floor: spawn and wait, from Python     {percentiles(spawns)}")
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as name, Redis() as redis:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "dags").mkdir()
        (folder / "dags" / "ping.yaml").write_text(DAG)
        (folder / "weir.yaml").write_text(STREAM_SETTINGS.format(folder=folder, redis=redis.socket))
        with Weir(PROGRAM, folder / "weir.yaml", folder / "data", folder / "daemon.log"):
            connection = UnixConnection(folder / "data" / "weir.sock", LIMIT)

            def http_event(event):
                connection.ask("POST", "/api/v2/events", event, "application/cloudevents+json")

            def stream_event(event):
                command = [found("redis-cli"), "-s", str(redis.socket), "XADD", "events", "*", "event", json.dumps(event)]
                subprocess.run(command, check=True, capture_output=True)

            for title, send in (("HTTP", http_event), ("Redis stream", stream_event)):
                committed, sent = measure(count, send, connection)
                print(f"{title:12} received to started       {percentiles(committed)}")
                print(f"{title:12} sent to started           {percentiles(sent)}")


main()
