#!/usr/bin/env python3
"""The example from end to end: a day of clicks, the streaming job, and Weir's report about the day, twice.

    demo.py --weir PROGRAM [--clicks N] [--stay]

Starts a Redis, a PostgreSQL and a `weir serve` of its own in a folder of its own, and stops them all at the end. The
report must be the truth that the generator wrote down, and running it again must change nothing; else it exits with 1.
With --stay everything stays up until Ctrl-C.
"""

import argparse
import contextlib
import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from daemon import Weir  # noqa: E402
from servers import Postgres, Redis, ServerFailed, make_folder  # noqa: E402

PYTHON = "/usr/bin/python3"  # Debian's own: python3-redis belongs to it
DAG = "product_report"
DAY = "2026-03-14"
LOGICAL_DATE = "2026-03-15T02:15:00Z"  # the night after; its data interval begins on the day
RUN_LIMIT = 60  # seconds
SHOWN_ROWS = 10

REPORT = "select product_id, name, category, views from reports.product_views order by views desc, product_id"
EVERYTHING = {
    "reports.product_views": "select * from reports.product_views order by product_id",
    "staging.product_views": "select * from staging.product_views order by product_id, views",
}


class DemoFailed(Exception):
    pass


class Words:
    def __init__(self):
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.bold, self.green, self.grey, self.plain = (
            ("\033[1m", "\033[32m", "\033[90m", "\033[0m") if colour else ("", "", "", "")
        )
        self.began = time.monotonic()

    def step(self, text):
        passed = time.monotonic() - self.began
        print(f"{self.bold}==> {text}{self.plain} {self.grey}({passed:.1f} s){self.plain}", flush=True)

    def good(self, text):
        print(f"{self.green}{text}{self.plain}", flush=True)


def free_port(wanted):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port(0)
        return probe.getsockname()[1]


def settings(folder, listen, redis, postgres):
    return f"""\
dags: {ROOT / "dags"}
data: {folder / "weir"}
listen: {listen}
connections:
  cache: {{redis: {{socket: {redis.socket}}}}}
  warehouse: {{postgres: {{host: {postgres.folder}, port: {postgres.port}, user: {postgres.account}, database: {postgres.account}}}}}
"""


def make_clicks(folder, clicks):
    clickstream = ROOT / "dags" / "clickstream"
    subprocess.run(
        [PYTHON, "-B", str(clickstream / "generate.py"), "--day", DAY, "--clicks", str(clicks), "--out", str(folder)],
        check=True,
    )
    return json.loads((folder / "truth.json").read_text())


def count_clicks(folder, redis):
    clickstream = ROOT / "dags" / "clickstream"
    subprocess.run(
        [PYTHON, "-B", str(clickstream / "stream.py"), "--socket", str(redis.socket), str(folder / "clicks.jsonl")],
        check=True,
    )


def show_report(rows):
    width = max(len(row["name"]) for row in rows)
    print(f"  {'product':8} {'name':{width}} {'category':10} {'views':>7}")
    for row in rows[:SHOWN_ROWS]:
        print(f"  {row['product_id']:8} {row['name']:{width}} {row['category']:10} {row['views']:>7}")
    if len(rows) > SHOWN_ROWS:
        print(f"  … and {len(rows) - SHOWN_ROWS} more")


def compare(rows, truth):
    reported = {row["product_id"]: int(row["views"]) for row in rows}
    for product_id in sorted(reported.keys() | truth["views"].keys()):
        if reported.get(product_id) != truth["views"].get(product_id):
            raise DemoFailed(
                f"{product_id} was seen {truth['views'].get(product_id)} times, and the report says "
                f"{reported.get(product_id)}"
            )


def tables(postgres):
    return {name: postgres.query(query) for name, query in EVERYTHING.items()}


def show(words, folder, options, running):
    words.step(f"A day of {options.clicks} clicks, out of order, some late, some too late")
    truth = make_clicks(folder, options.clicks)

    words.step("Starting Redis and PostgreSQL")
    redis = running.enter_context(Redis(folder / "redis"))
    postgres = running.enter_context(Postgres(folder / "postgres"))

    words.step("The streaming job counts them in five-minute windows, into Redis")
    count_clicks(folder, redis)

    words.step("Starting weir")
    listen = f"127.0.0.1:{free_port(8080)}" if options.stay else "off"
    config = folder / "weir.yaml"
    config.write_text(settings(folder, listen, redis, postgres))
    weir = running.enter_context(Weir(options.weir, config, folder / "weir", folder / "weir.log"))

    words.step(f"Triggering {DAG} for {DAY}")
    weir.call("trigger", DAG, "--logical-date", LOGICAL_DATE, "--wait")
    run_id = weir.ask("runs", "list", DAG)["dag_runs"][0]["dag_run_id"]

    words.step("The report")
    rows = list(csv.DictReader(io.StringIO(postgres.query(REPORT))))
    if not rows:
        raise DemoFailed("the report is empty")
    show_report(rows)
    compare(rows, truth)
    views = sum(truth["views"].values())
    words.good(f"All {len(rows)} products and {views} views are right; {truth['dropped']} clicks came too late.")

    words.step("The same once more: every task again, for the same day")
    before = tables(postgres)
    weir.call("retry", DAG, run_id, "load_views")
    weir.await_run(DAG, run_id, RUN_LIMIT)
    weir.call("tasks", "list", DAG, run_id)
    for name, rows_before in before.items():
        if tables(postgres)[name] != rows_before:
            raise DemoFailed(f"running it again changed {name}")
    words.good("The tables are the same, row by row.")

    if options.stay:
        words.step(f"Everything stays up at http://{listen} until Ctrl-C")
        print(f"  the API   curl http://{listen}/api/v2/dags")
        print(f"  commands  {options.weir} --config {config} runs show {DAG} {run_id}")
        print(f"  tables    psql -h {postgres.folder} -U {postgres.account}")
        print(f"  windows   redis-cli -s {redis.socket} --scan --pattern 'views:*'", flush=True)
        while True:
            signal.pause()


def stop(*_):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, type=Path, help="the program to show")
    parser.add_argument("--clicks", type=int, default=300_000)
    parser.add_argument("--stay", action="store_true", help="keep everything up until Ctrl-C")
    options = parser.parse_args()
    options.weir = options.weir.resolve()
    signal.signal(signal.SIGTERM, stop)

    words = Words()
    folder = make_folder()
    # The servers' own user passes through to its folders in here.
    folder.chmod(0o711)
    status = 1
    try:
        with contextlib.ExitStack() as running:
            show(words, folder, options, running)
        status = 0
    except KeyboardInterrupt:
        status = 0 if options.stay else 130
    except (DemoFailed, ServerFailed) as problem:
        print(f"demo: {problem}", file=sys.stderr)
    except subprocess.CalledProcessError as problem:
        print(f"demo: {' '.join(map(str, problem.cmd))} ended with status {problem.returncode}", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    words.step("Everything is stopped and gone" if status == 0 else "Stopped")
    return status


if __name__ == "__main__":
    sys.exit(main())
