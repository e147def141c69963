#!/usr/bin/env python3
"""Stream to batch with the real things: clicks through Kafka, counted by Flink, reported by Weir. What ./dev test-system runs.

    run.py --weir PROGRAM [--clicks N] [--keep]

A day of clicks goes into a Kafka broker; a Flink job (views.sql) counts them in five-minute windows and tells of each window
that is complete on a topic, which Weir reads. Nobody triggers anything. Then:

    the morning's clicks come, and Weir is killed with SIGKILL when it has seen some of their windows
    the rest of the day comes while it is away
    started again, it must make the day's one run, and the report must be the truth that the generator knows
    late clicks correct windows of the day; the run must be made again, and the report be the new truth
    every marker on the topic must stand in the ledger once, and none be refused

Exit code 0: all of it held. 1: something did not. 77: Maven Central was not there to fetch Kafka or Flink from.
"""

import argparse
import collections
import contextlib
import csv
import io
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CLICKSTREAM = ROOT / "dags" / "clickstream"
sys.path[:0] = [str(HERE), str(ROOT / "tests" / "support"), str(CLICKSTREAM)]

import jars  # noqa: E402
from daemon import Weir  # noqa: E402
from generate import DEFAULT_CATALOG, make_clicks, read_products  # noqa: E402
from java import Flink, Kafka, PostgresOnPort  # noqa: E402
from servers import ServerFailed, make_folder  # noqa: E402

DAG = "product_report"
SOURCE = "bus"
VIEWS, MARKERS = "views", "weir.events"
SEED = 1
WINDOWS_OF_A_DAY = 288
MOST_EVENTS = 1000  # that the ledger shows at once; there are some 400
STREAM_LIMIT = 120  # seconds until what went into Kafka must have come through Flink into Weir
REPORT_LIMIT = STREAM_LIMIT + 60
POLL_INTERVAL = 0.25
NOT_FETCHED = 77

# The day is over for the stream when clicks of the next one have come, the watermark's bound later. What comes after
# this is left for the corrections.
DAY_IS_OVER = timedelta(seconds=90)
LATE_CLICKS = 3

TABLE = """
create schema stream;
create table stream.product_views (window_start timestamptz, product_id text, views bigint not null,
                                   primary key (window_start, product_id));
"""
REPORT = "select product_id, views from reports.product_views where day = '{day}'"


class Failed(Exception):
    pass


class Words:
    def __init__(self):
        self.began = time.monotonic()

    def __call__(self, text):
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)


def await_that(what, limit, condition):
    deadline = time.monotonic() + limit
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise Failed(f"not within {limit} s: {what}")
        time.sleep(POLL_INTERVAL)
    return found


# --- the clicks -------------------------------------------------------------------------------------------------------


class Day:
    """Yesterday's clicks in order of arrival, in three parts, with the views that a report must show after each."""

    def __init__(self, clicks, now):
        self.begin = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
        self.end = self.begin + timedelta(days=1)
        self.products = read_products(DEFAULT_CATALOG)
        made = sorted(make_clicks(self.begin, self.end, clicks, self.products, random.Random(SEED)))
        noon, over = self.begin + timedelta(hours=12), self.end + DAY_IS_OVER
        self.morning = [click for click in made if click[0] < noon]
        self.rest = [click for click in made if noon <= click[0] < over]
        # Of the day's last but one window: late, and counted until ten minutes after its end.
        late = self.end - timedelta(minutes=7)
        self.late = [(over, late, self.products[0], "u-late", "late")] * LATE_CLICKS
        self.corrections = self.late + [click for click in made if click[0] >= over]

    def truth(self, *parts):
        views = collections.Counter()
        for _, event_time, product_id, _, fate in (click for part in parts for click in part):
            if fate != "dropped" and self.begin <= event_time < self.end:
                views[product_id] += 1
        return dict(views)

    @property
    def run_id(self):
        return f"window__{rfc3339(self.end)}"


def rfc3339(moment, timespec="seconds"):
    return moment.isoformat(timespec=timespec).replace("+00:00", "Z")


def lines(clicks):
    for _, event_time, product_id, user, _ in clicks:
        click = {"event_time": rfc3339(event_time, "milliseconds"), "product_id": product_id, "user": user}
        yield json.dumps(click) + "\n"


# --- the house --------------------------------------------------------------------------------------------------------


class House:
    """All that runs, ended in reverse order when `running` is. `programs` are the folders of their jars."""

    def __init__(self, program, folder, programs, running, say):
        self.program, self.folder, self.running, self.say = program, folder, running, say
        self.kafka = running.enter_context(Kafka(programs["kafka"], folder / "kafka"))
        say(f"A Kafka broker is up, at {self.kafka.brokers}")
        self.kafka.make_topic(VIEWS)
        self.kafka.make_topic(MARKERS)
        self.postgres = running.enter_context(PostgresOnPort(folder / "postgres"))
        self.postgres.query(TABLE)
        say("PostgreSQL is up")
        self.write_settings()
        self.start_weir()
        say("weir is up, reading the markers' topic")
        self.flink = running.enter_context(Flink(programs["flink"], folder / "flink"))
        say("Flink is up")
        self.flink.execute(
            (HERE / "views.sql").read_text(),
            brokers=self.kafka.brokers,
            database=self.postgres.url,
            checkpoints=f"file://{folder / 'flink' / 'checkpoints'}",
        )
        say("The streaming job of views.sql is running")

    def write_settings(self):
        dags = self.folder / "dags"
        dags.mkdir()
        shutil.copy(HERE / f"{DAG}.yaml", dags)
        shutil.copy(CLICKSTREAM / "announce.sh", dags)
        shutil.copytree(CLICKSTREAM / "data", dags / "data")
        postgres = self.postgres
        (self.folder / "weir.yaml").write_text(f"""\
dags: {dags}
data: {self.folder / "weir"}
listen: off
connections:
  bus: {{kafka: {{brokers: "{self.kafka.brokers}"}}}}
  warehouse:
    postgres: {{host: {postgres.folder}, port: {postgres.port}, user: {postgres.account}, database: {postgres.account}}}
sources:
  {SOURCE}: {{kafka: {{connection: bus, topics: [{MARKERS}]}}}}
""")

    def start_weir(self):
        self.weir = Weir(self.program, self.folder / "weir.yaml", self.folder / "weir", self.folder / "weir.log")
        self.running.callback(self.weir.close)

    def kill_weir(self):
        self.weir.process.send_signal(signal.SIGKILL)
        self.weir.process.wait()

    # --- what is there ------------------------------------------------------------------------------------------------

    def complete(self, day):
        """How many of the day's windows the ledger has."""
        times = ["--from", rfc3339(day.begin), "--to", rfc3339(day.end)]
        counts = self.weir.ask("windows", "product_views", "--every", "5m", *times)["counts"]
        return counts.get("complete", 0) + counts.get("corrected", 0)

    def runs(self):
        return self.weir.ask("runs", "list", DAG)["dag_runs"]

    def run_state(self, run_id):
        return next((run["state"] for run in self.runs() if run["dag_run_id"] == run_id), None)

    def report(self, day):
        rows = csv.DictReader(io.StringIO(self.postgres.query(REPORT.format(day=day.begin.date()))))
        return {row["product_id"]: int(row["views"]) for row in rows}


def log_ends(folder):
    for name in ("kafka/kafka.log", "flink/flink.log", "weir.log"):
        path = folder / name
        if path.exists():
            yield f"--- {name} ends\n" + "\n".join(path.read_text(errors="replace").splitlines()[-15:])


# --- the test ---------------------------------------------------------------------------------------------------------


def compare(report, truth):
    for product_id in sorted(report.keys() | truth.keys()):
        if report.get(product_id) != truth.get(product_id):
            raise Failed(f"{product_id}: {truth.get(product_id)} views, and the report says {report.get(product_id)}")


def await_report(house, day, truth):
    """Until the day's run has succeeded, and the report is the truth. Both: what was late when the day was over may reach
    weir after the run has begun, and then makes it run again."""

    def is_there():
        state = house.run_state(day.run_id)
        if state == "failed":
            raise Failed(f"{DAG} {day.run_id} failed")
        return state == "success" and house.report(day) == truth

    try:
        await_that("the report of the day", REPORT_LIMIT, is_there)
    except Failed:
        compare(house.report(day), truth)
        raise


def check_ledger(house):
    """Each marker on the topic once, none refused, and nothing else."""
    told = [json.loads(value)["id"] for value in house.kafka.values(MARKERS) if value.startswith("{")]
    events = house.weir.ask("events", "--source", SOURCE, "--limit", str(MOST_EVENTS))
    taken = collections.Counter(event["event"]["id"] for event in events)
    if taken != collections.Counter(told):
        raise Failed(f"{len(told)} markers are on the topic, and {len(events)} events in the ledger")
    refused = [event for event in events if event["disposition"] in ("rejected", "duplicate")]
    if refused:
        raise Failed(f"{len(refused)} markers were refused; the first: {refused[0]}")
    return len(told)


def test(house, day, say):
    sent = time.monotonic()
    house.kafka.produce(VIEWS, lines(day.morning))
    say(f"{len(day.morning)} clicks up to noon are in Kafka")
    seen = await_that("weir sees windows of the morning", STREAM_LIMIT, lambda: house.complete(day))
    house.kill_weir()
    say(f"weir has seen {seen} windows {time.monotonic() - sent:.1f} s later, and is killed with SIGKILL")

    house.kafka.produce(VIEWS, lines(day.rest))
    say(f"{len(day.rest)} clicks of the rest of the day are in Kafka, while weir is away")
    house.start_weir()
    say("weir is up again")
    truth = day.truth(day.morning, day.rest)
    await_report(house, day, truth)
    views = sum(truth.values())
    say(f"The day's run has succeeded: the report's {len(truth)} products and {views} views are the truth")
    if house.complete(day) != WINDOWS_OF_A_DAY:
        raise Failed("the run was made although windows of the day are missing")

    sent = time.monotonic()
    house.kafka.produce(VIEWS, lines(day.corrections))
    corrected = day.truth(day.morning, day.rest, day.corrections)
    more = sum(corrected.values()) - views
    say(f"{more} late views of the day are in Kafka, each a correction of its window")
    await_report(house, day, corrected)
    views, passed = sum(corrected.values()), time.monotonic() - sent
    say(f"Run again, {passed:.1f} s after the late views: the report's {views} views are the truth")

    if [run["dag_run_id"] for run in house.runs()] != [day.run_id]:
        raise Failed(f"there are other runs than the day's: {house.runs()}")
    say(f"Each of {check_ledger(house)} markers on the topic is in the ledger once; the day has one run")


def stop(*_):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, type=Path, help="the program to test")
    parser.add_argument("--clicks", type=int, default=50_000)
    parser.add_argument("--keep", action="store_true", help="leave the folder with all logs, and name it")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, stop)

    say = Words()
    folder = make_folder()
    folder.chmod(0o711)  # PostgreSQL's user passes through to its own
    status = 1
    try:
        with contextlib.ExitStack() as running:
            try:
                programs = {program: jars.ensure(program, say) for program in jars.PROGRAMS}
                house = House(options.weir.resolve(), folder, programs, running, say)
                test(house, Day(options.clicks, datetime.now(timezone.utc)), say)
                status = 0
            except (Failed, ServerFailed, subprocess.TimeoutExpired, jars.NotAsLocked) as problem:
                print(f"system: {problem}\n" + "\n".join(log_ends(folder)), file=sys.stderr)
    except jars.NotFetched as problem:
        print(f"system: {problem}", file=sys.stderr)
        status = NOT_FETCHED
    except KeyboardInterrupt:
        status = 130
    if options.keep:
        print(f"all of it is in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    say("Everything is stopped" + (", all is well" if status == 0 else ""))
    return status


if __name__ == "__main__":
    sys.exit(main())
