"""How many events a second come through one Redis stream into the ledger, and what `weir windows` of a year takes then.

The events are windows of five minutes of one asset, with a daily run over them. The floor is XREADGROUP and XACK of the
same entries by redis-py, in batches of as many.

    stream.py [--events 105120]
"""

import argparse
import datetime
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

import redis as redis_py  # noqa: E402
from daemon import STREAM_SETTINGS, Weir  # noqa: E402
from servers import Redis  # noqa: E402

PROGRAM = os.environ["WEIR_PROGRAM"]
MIDNIGHT = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
START = MIDNIGHT - datetime.timedelta(days=366)  # retention removes older windows
BATCH = 500
LIMIT = 600  # seconds

DAG = "schedule: {windows: views, every: 5m, cover: 1d}\ntasks: {report: {run: [/bin/true]}}\n"


def text_of(number):
    return (START + datetime.timedelta(minutes=5 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")


def fill(client, count):
    for begin in range(0, count, 10_000):
        pipeline = client.pipeline(transaction=False)
        for number in range(begin, min(begin + 10_000, count)):
            event = {
                "specversion": "1.0",
                "id": f"views/{number}",
                "source": "/bench",
                "type": "dev.weir.window.completed",
                "subject": "views",
                "windowstart": text_of(number),
                "windowend": text_of(number + 1),
            }
            pipeline.xadd("events", {"event": json.dumps(event)})
        pipeline.execute()


def floor(client, count):
    client.xgroup_create("events", "floor", id="0")
    before = time.monotonic()
    taken = 0
    while taken < count:
        entries = client.xreadgroup("floor", "bench", {"events": ">"}, count=BATCH)[0][1]
        client.xack("events", "floor", *[name for name, _ in entries])
        taken += len(entries)
    return count / (time.monotonic() - before)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--events", type=int, default=365 * 288)
    count = arguments.parse_args().events
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as name, Redis() as server:
        folder = Path(name)
        folder.chmod(0o755)
        client = redis_py.Redis(unix_socket_path=str(server.socket))
        fill(client, count)
        print(f"floor: XREADGROUP and XACK          {floor(client, count):9.0f} events/s")
        (folder / "dags").mkdir()
        (folder / "dags" / "report.yaml").write_text(DAG)
        (folder / "weir.yaml").write_text(STREAM_SETTINGS.format(folder=folder, redis=server.socket))
        with Weir(PROGRAM, folder / "weir.yaml", folder / "data", folder / "daemon.log") as weir:
            deadline = time.monotonic() + LIMIT
            seen = [(time.monotonic(), weir.ask("sources")["sources"][0]["taken"])]
            while seen[-1][1] < count and time.monotonic() < deadline:
                time.sleep(0.05)
                seen.append((time.monotonic(), weir.ask("sources")["sources"][0]["taken"]))
            moving = [each for each in seen if each[1] > 0]
            rate = (moving[-1][1] - moving[0][1]) / (moving[-1][0] - moving[0][0])
            print(f"into the ledger, durable            {rate:9.0f} events/s")
            weir.run("windows", "views", "--from", text_of(0), "--to", text_of(count), capture_output=True)
            before = time.monotonic()
            shown = weir.run("windows", "views", "--from", text_of(0), "--to", text_of(count), capture_output=True, text=True)
            took = (time.monotonic() - before) * 1e3
            print(f"weir windows of {count} windows: {took:.0f} ms, {len(shown.stdout.splitlines())} lines")
            print(shown.stdout.splitlines()[-1] if shown.stdout else shown.stderr)


main()
