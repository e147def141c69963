#!/usr/bin/env python3
"""The example from end to end: a day of clicks, the streaming job, and Weir's report about the day.

    demo.py --weir PROGRAM [--clicks N] [--stay]

Starts a Redis, a PostgreSQL and a `weir serve` of its own in a folder of its own, and stops them all at the end. Nobody
triggers anything: the run begins by itself when the stream has completed the day's last window, and again when late clicks
have corrected some. Then the report must be the truth that the generator wrote down; and neither running it again nor a
stream that starts over and says everything twice may change anything. Else it exits with 1. With --stay everything stays
up until Ctrl-C.
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
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from daemon import Weir  # noqa: E402
from servers import Postgres, Redis, ServerFailed, make_folder  # noqa: E402

PYTHON = "/usr/bin/python3"  # Debian's own: python3-redis belongs to it
DAG = "product_report"
ZONE = "Europe/Berlin"
DAY = "2026-10-25"  # the clocks go back: 25 hours, 300 windows
ASSET = "product_views"
OUT_OF_ORDER_BOUND = timedelta(seconds=30)  # of the streaming job
RUN_LIMIT = 120  # seconds
POLL_INTERVAL = 0.3
DISPOSITIONS = (
    "created_run counted unmatched duplicate late coalesced revised rejected replayed"  # of an event in the ledger
).split()
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
auth: off
connections:
  cache: {{redis: {{socket: {redis.socket}}}}}
  warehouse: {{postgres: {{host: {postgres.folder}, port: {postgres.port}, user: {postgres.account}, database: {postgres.account}}}}}
sources:
  clickstream: {{redis: {{connection: cache, stream: weir:events}}}}
"""


def make_clicks(folder, clicks):
    clickstream = ROOT / "dags" / "clickstream"
    subprocess.run(
        [PYTHON, "-B", str(clickstream / "generate.py"), "--day", DAY, "--timezone", ZONE]
        + ["--clicks", str(clicks), "--out", str(folder)],
        check=True,
    )
    return json.loads((folder / "truth.json").read_text())


class Stream:
    """The streaming job, which reads what is fed to it."""

    def __init__(self, redis):
        job = ROOT / "dags" / "clickstream" / "stream.py"
        argv = [PYTHON, "-B", str(job), "--socket", str(redis.socket)]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, text=True)

    def feed(self, lines):
        self.process.stdin.writelines(lines)
        self.process.stdin.flush()

    def finish(self):
        self.process.stdin.close()
        if self.process.wait() != 0:
            raise DemoFailed(f"the streaming job ended with status {self.process.returncode}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def split_clicks(folder, truth):
    """Those up to the one that completes the day's last window, and those that come after it."""
    lines = (folder / "clicks.jsonl").read_text().splitlines(keepends=True)
    day_end = datetime.fromisoformat(truth["day_end"])
    for number, line in enumerate(lines):
        if datetime.fromisoformat(json.loads(line)["event_time"]) - OUT_OF_ORDER_BOUND >= day_end:
            return lines[: number + 1], lines[number + 1 :]
    raise DemoFailed("the clicks end before the day's last window is complete")


def await_that(what, holds):
    deadline = time.monotonic() + RUN_LIMIT
    while not (result := holds()):
        if time.monotonic() > deadline:
            raise DemoFailed(f"after {RUN_LIMIT} s {what}")
        time.sleep(POLL_INTERVAL)
    return result


def only_run(weir):
    runs = weir.ask("runs", "list", DAG)["dag_runs"]
    if len(runs) > 1:
        raise DemoFailed(f"there are {len(runs)} runs for one day")
    return runs[0] if runs else None


def settled_run(weir, through):
    """The run, once it has ended, nothing of it is to be done again, and it knew of this event when it began."""
    run = only_run(weir)
    if run is None or run["state"] not in ("success", "failed") or run["rerun_at"]:
        return None
    if run["state"] == "failed":
        raise DemoFailed(f"{DAG} {run['dag_run_id']} failed. The daemon's log ends:\n{weir.log_tail()}")
    return run if run["ledger_through"] >= through else None


def dispositions(weir):
    """How many events of each there are; of no one more than a page has."""
    counts = Counter()
    for name in DISPOSITIONS:
        if events := weir.ask("events", "--disposition", name, "--limit", "1000"):
            counts[name] = len(events)
    return counts


def newest_correction(weir):
    corrections = weir.ask("events", "--disposition", "revised", "--disposition", "coalesced", "--limit", "1")
    return corrections[0]["event_id"] if corrections else 0


def redis_length(redis):
    """Of the stream of events."""
    argv = ["redis-cli", "-s", str(redis.socket), "XLEN", "weir:events"]
    return int(subprocess.run(argv, check=True, capture_output=True).stdout)


def read_report(postgres):
    return list(csv.DictReader(io.StringIO(postgres.query(REPORT))))


def views_in(rows):
    return sum(int(row["views"]) for row in rows)


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
    until_complete, rest = split_clicks(folder, truth)

    words.step("Starting Redis, PostgreSQL and weir")
    redis = running.enter_context(Redis(folder / "redis"))
    postgres = running.enter_context(Postgres(folder / "postgres"))
    listen = f"127.0.0.1:{free_port(8080)}" if options.stay else "off"
    config = folder / "weir.yaml"
    config.write_text(settings(folder, listen, redis, postgres))
    weir = running.enter_context(Weir(options.weir, config, folder / "weir", folder / "weir.log"))

    words.step("The streaming job counts the clicks in five-minute windows, into Redis, and tells of each that is complete")
    stream = running.enter_context(Stream(redis))
    stream.feed(until_complete)

    words.step("The day's last window is complete: the run begins by itself")
    run_id = await_that(f"no run of {DAG} has ended", lambda: settled_run(weir, 0))["dag_run_id"]
    weir.call("tasks", "list", DAG, run_id)
    weir.call("why", DAG, run_id)
    early = read_report(postgres)
    if not early:
        raise DemoFailed("the report is empty")
    missing = sum(truth["views"].values()) - views_in(early)
    words.good(f"The report has {views_in(early)} views; {missing} more are still under way.")

    words.step("Late clicks correct windows that the run has used: it runs again")
    stream.feed(rest)
    stream.finish()
    told = redis_length(redis)
    await_that("weir has not taken all events", lambda: sum(dispositions(weir).values()) >= told)
    correction = newest_correction(weir)
    if missing > 0 and correction == 0:
        raise DemoFailed("late clicks came, and no window was corrected")
    await_that("the run has not run again", lambda: settled_run(weir, correction))
    weir.call("events", "--disposition", "revised", "--limit", "3")

    words.step("The report")
    rows = read_report(postgres)
    show_report(rows)
    compare(rows, truth)
    words.good(
        f"All {len(rows)} products and {views_in(rows)} views are right; {truth['dropped']} clicks came too late."
    )

    words.step("The same once more: every task again; and a streaming job that starts over and tells all of it twice")
    before = tables(postgres)
    weir.call("retry", DAG, run_id, "load_views")
    weir.await_run(DAG, run_id, RUN_LIMIT)
    with Stream(redis) as again:
        again.feed(until_complete + rest)
        again.finish()
    told = redis_length(redis)
    await_that("weir has not taken all events", lambda: sum(dispositions(weir).values()) >= told)
    settled = only_run(weir)
    if settled["state"] != "success" or settled["rerun_at"]:
        raise DemoFailed("windows that were told twice made the run run again")
    for name, rows_before in before.items():
        if tables(postgres)[name] != rows_before:
            raise DemoFailed(f"running it again changed {name}")
    words.good("One run, and the tables are the same, row by row.")

    words.step("The ledger")
    counts = dispositions(weir)
    print("  " + ", ".join(f"{count} {disposition}" for disposition, count in counts.most_common()))
    if counts["created_run"] != 1 or counts["rejected"] or counts["duplicate"] * 2 != told:
        raise DemoFailed("the ledger is not as it should be")
    weir.call("windows", ASSET, "--from", truth["day_start"], "--to", truth["day_end"])
    covered = weir.ask("windows", ASSET, "--from", truth["day_start"], "--to", truth["day_end"])["counts"]
    if covered["missing"] or covered["complete"] + covered["corrected"] != 300:
        raise DemoFailed(f"the day has 300 windows, and the ledger knows {covered}")

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
