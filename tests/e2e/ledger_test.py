"""Windows and events from three sources, out of order, doubled and corrected, while the daemon is killed again and again:
the runs are those that an oracle makes of the same events in memory.

WEIR_LEDGER_EVENTS and WEIR_LEDGER_KILLS set how many; WEIR_LEDGER_SEED repeats a run.
"""

import datetime
import http.client
import json
import os
import random
import sqlite3
import subprocess
import threading
import time
import unittest

from house import House, wait_for
from servers import Postgres, Redis, found
from unix_connection import UnixConnection

EVENTS = int(os.environ.get("WEIR_LEDGER_EVENTS", "20000"))
KILLS = int(os.environ.get("WEIR_LEDGER_KILLS", "10"))
SEED = int(os.environ.get("WEIR_LEDGER_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
PATIENCE = 120 + EVENTS // 500  # seconds

WINDOW = 10  # seconds
COVER = 600
BATCH = 500
TICKS = 100  # that make a run
MIDNIGHT = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
START = MIDNIGHT - datetime.timedelta(days=60)  # retention removes old windows


OUTBOX = """
    create table weir_outbox (
        id         bigint generated always as identity primary key,
        txid       bigint not null default txid_current(),
        event      jsonb not null,
        created_at timestamptz not null default now()
    );
    create index on weir_outbox (txid, id);
"""


def text_of(seconds):
    return (START + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def window_event(asset, number, revision, name):
    return {
        "specversion": "1.0",
        "id": name,
        "source": "/test/" + asset,
        "type": "dev.weir.window.completed",
        "subject": asset,
        "windowstart": text_of(number * WINDOW),
        "windowend": text_of((number + 1) * WINDOW),
        "revision": str(revision),
    }


def make_events(count, dice):
    """30 % duplicates (half of them by another event), 10 % out of order, 5 % corrections, the rest new."""
    fresh = []
    for i in range(count * 65 // 100):
        asset = ("a", "b", "c", "tick")[i % 4]
        number = i // 4
        if asset == "tick":
            fresh.append({"specversion": "1.0", "id": f"t{number}", "source": "/test/tick", "type": "tick"})
        else:
            fresh.append(window_event(asset, number, 1, f"{asset}{number}"))
    events = []
    for event in fresh:
        events.append(event)
        while dice.random() < 0.35 and len(events) < count:
            old = dict(dice.choice(events[-5000:]))
            if dice.random() < 0.05 / 0.35:
                if old["type"] == "tick":
                    continue
                old["revision"] = str(int(old["revision"]) + 1)
                old["id"] = old["id"].split("-")[0] + "-r" + old["revision"]
            elif dice.random() < 0.5 and old["type"] != "tick":
                old["id"] += f"-again{len(events)}"
            events.append(old)
    for i in range(len(events)):
        if dice.random() < 0.1:
            other = min(len(events) - 1, i + dice.randrange(1, 300))
            events[i], events[other] = events[other], events[i]
    return events


class Oracle:
    def __init__(self, events):
        self.windows = {}
        ticks = set()
        for event in events:
            if event["type"] == "tick":
                ticks.add(event["id"])
                continue
            window = (event["subject"], event["windowstart"])
            self.windows[window] = max(self.windows.get(window, 0), int(event["revision"]))
        self.ticks = len(ticks)

    def complete(self, assets):
        """The ends of the intervals that all windows are there of."""
        ends = set()
        last = max(len([w for w in self.windows if w[0] == asset]) for asset in assets) * WINDOW
        for end in range(COVER, last + 1, COVER):
            starts = [text_of(s) for s in range(end - COVER, end, WINDOW)]
            if all((asset, start) in self.windows for asset in assets for start in starts):
                ends.add(text_of(end))
        return ends


class Ledger(House):
    def setUp(self):
        super().setUp()
        self.redis = Redis()
        self.addCleanup(self.redis.close)
        self.postgres = Postgres()
        self.addCleanup(self.postgres.close)
        self.configure(
            f"""
            connections:
              cache: {{redis: {{socket: {self.redis.socket}}}}}
              warehouse: {{postgres: {{host: {self.postgres.folder}, database: weir, user: weir}}}}
            sources:
              stream: {{redis: {{connection: cache, stream: events, start: first}}}}
              outbox: {{postgres: {{connection: warehouse, table: weir_outbox}}}}
            """
        )
        self.dag("cover", "schedule: {windows: a, every: 10s, cover: 10m, debounce: 1s}\ntasks: {t: {run: 'true'}}")
        self.dag(
            "joined",
            "schedule: {windows: [b, c], every: 10s, cover: 10m, on_revision: mark_stale}\ntasks: {t: {run: 'true'}}",
        )
        self.dag("ticks", f"schedule: {{event: {{type: tick, count: {TICKS}}}}}\ntasks: {{t: {{run: 'true'}}}}")

    # --- the three roads ---------------------------------------------------------------------------------------------------

    def fill_redis(self, events):
        commands = []
        for event in events:
            words = ["XADD", "events", "*", "event", json.dumps(event)]
            commands.append(f"*{len(words)}\r\n" + "".join(f"${len(w.encode())}\r\n{w}\r\n" for w in words))
        done = subprocess.run(
            [found("redis-cli"), "-s", str(self.redis.socket), "--pipe"],
            input="".join(commands).encode(),
            capture_output=True,
            timeout=120,
        )
        self.assertEqual(done.returncode, 0, done.stdout)

    def fill_postgres(self, events):
        self.postgres.query(OUTBOX)
        path = self.postgres.folder / "events.csv"
        path.write_text("".join('"' + json.dumps(event).replace('"', '""') + '"\n' for event in events))
        path.chmod(0o644)
        self.postgres.query(f"copy weir_outbox (event) from '{path}' with (format csv)")

    def post(self, events):
        """As a good client does: again until it was taken."""
        for begin in range(0, len(events), BATCH):
            body = json.dumps(events[begin : begin + BATCH])
            deadline = time.monotonic() + PATIENCE
            while not self.post_once(body):
                if time.monotonic() > deadline:
                    self.posting_failed = f"the batch at {begin} was never taken"
                    return
                time.sleep(0.05)
        self.posted = True

    def post_once(self, body):
        connection = UnixConnection(self.folder / ".weir" / "weir.sock", 60)
        try:
            headers = {"Content-Type": "application/cloudevents-batch+json"}
            connection.request("POST", "/api/v2/events", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status == 422:
                self.posting_failed = text
            return answer.status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    # --- what is in the ledger -----------------------------------------------------------------------------------------------

    def rows(self, sql):
        database = sqlite3.connect(f"file:{self.folder / '.weir' / 'weir.db'}?mode=ro", uri=True, timeout=30)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def is_settled(self):
        if self.posting_failed:
            self.fail(self.posting_failed)
        if not self.posted:
            return False
        stream = self.json("sources")["sources"]
        if any(not source["connected"] or source["lag"] != 0 for source in stream):
            return False
        (open_runs,) = self.rows(
            "SELECT count(*) FROM dag_run WHERE state IN ('queued', 'running') OR rerun_at IS NOT NULL"
        )[0]
        return open_runs == 0

    def test_the_runs_are_the_oracles_whatever_the_order_and_however_often_the_daemon_dies(self):
        print(f"seed {SEED}, {EVENTS} events, {KILLS} kills", flush=True)
        dice = random.Random(SEED)
        events = make_events(EVENTS, dice)
        oracle = Oracle(events)
        roads = ([], [], [])
        for event in events:
            dice.choice(roads).append(event)
        self.fill_redis(roads[0])
        self.fill_postgres(roads[1])
        self.posted, self.posting_failed = False, None
        began = time.monotonic()
        self.start()
        poster = threading.Thread(target=self.post, args=(roads[2],), daemon=True)
        poster.start()
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.05, 1.0))  # the random moment
            self.kill_daemon()
            self.launch()
        wait_for("the daemon answers", self.answers)
        wait_for("all is taken and every run has ended", self.is_settled, PATIENCE)
        print(f"{time.monotonic() - began:.1f} s", flush=True)
        self.hold_against(oracle)

    def hold_against(self, oracle):
        windows = {
            (asset, time_text(start)): revision
            for asset, start, revision in self.rows(
                "SELECT asset, window_start, max(revision) FROM window GROUP BY asset, window_start, window_end"
            )
        }
        self.assertEqual(windows, oracle.windows)
        for dag, assets in (("cover", ["a"]), ("joined", ["b", "c"])):
            dates = [time_text(date) for (date,) in self.rows(f"SELECT logical_date FROM dag_run WHERE dag_id = '{dag}'")]
            self.assertEqual(len(dates), len(set(dates)), f"no run of {dag} is doubled")
            self.assertEqual(set(dates), oracle.complete(assets), f"the runs of {dag}")
        failed = self.rows("SELECT dag_id, run_id, note FROM dag_run WHERE state <> 'success'")
        self.assertEqual(failed, [])
        unseen = """
            SELECT r.run_id FROM dag_run AS r JOIN window AS w ON w.asset IN ({}) AND w.key = ''
                AND w.window_start >= r.data_interval_start AND w.window_start < r.data_interval_end
            WHERE r.dag_id = '{}' AND w.event > r.ledger_through AND {}
        """
        self.assertEqual(self.rows(unseen.format("'a'", "cover", "1")), [], "each correction was followed by a rerun")
        self.assertEqual(self.rows(unseen.format("'b', 'c'", "joined", "r.stale_since IS NULL")), [], "each one is stale")
        counts = [json.loads(cause)["count"] for (cause,) in self.rows("SELECT cause FROM dag_run WHERE dag_id = 'ticks'")]
        self.assertEqual(counts, [TICKS] * (oracle.ticks // TICKS))
        self.assertEqual(self.rows("SELECT count(*) FROM counted_event")[0][0], oracle.ticks % TICKS)
        self.assertEqual(self.rows("SELECT count(*) FROM event WHERE disposition IN ('rejected', 'pending')")[0][0], 0)


def time_text(micros):
    return datetime.datetime.fromtimestamp(micros / 1e6, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
