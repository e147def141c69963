#!/usr/bin/env python3
"""A small streaming job: counts the views of each product in five-minute windows of event time, and keeps them in Redis.

    stream.py [--socket PATH | --host H --port P] [--db N] [--events KEY] [FILE]

reads clicks as JSON lines, from FILE or standard input.

Clicks arrive out of order. The watermark says up to which event time nearly all have come: the latest event time seen,
less OUT_OF_ORDER_BOUND. A window goes through three states:

    open        the watermark has not reached its end: clicks are counted in memory
    completed   the watermark has passed its end: its counts are written, one hash a product. A click that comes now is
                late; it still counts, and its hash is written again
    final       the watermark is ALLOWED_LATENESS past its end: the window never changes again, and clicks for it are
                dropped

Batch jobs are told: a completed window is an event in a Redis stream, after its counts are written. When late clicks have
corrected it, its second revision is told as it becomes final. Windows without clicks are told, too: nobody clicked, and
nothing is missing. The end of the input is the end of time: all windows become final.

Written are hashes `views:20261101T0005:p-017` {product_id, views, window_start, window_end}; the time in the key is the
window's start in UTC. The job has no state but its input: run again on the same clicks it writes the same values, and
tells the same events with the same ids, which whoever takes them knows for duplicates.
"""

import argparse
import json
import sys
from collections import Counter
from datetime import datetime, timedelta, timezone

WINDOW = timedelta(minutes=5)
OUT_OF_ORDER_BOUND = timedelta(seconds=30)
ALLOWED_LATENESS = timedelta(minutes=10)

ASSET = "product_views"
SOURCE = "/clickstream/stream.py"
MOST_EVENTS_KEPT = 100_000  # in the Redis stream: a year of windows

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
END_OF_TIME = datetime.max.replace(tzinfo=timezone.utc)


class ProductViews:
    """The counting, without input or output. `write(window_start, {product_id: views})` is called with all counts of a
    window when it completes, and with the one that changed when a late click corrects it. `tell(window_start, revision,
    rows)` follows when a window is complete, in the order of windows, and when a corrected one is final."""

    def __init__(self, write, tell=lambda *_: None, window=WINDOW, bound=OUT_OF_ORDER_BOUND, lateness=ALLOWED_LATENESS):
        self.write, self.tell = write, tell
        self.window, self.bound, self.lateness = window, bound, lateness
        self.watermark = datetime.min.replace(tzinfo=timezone.utc)
        self.next_change = END_OF_TIME  # the earliest watermark at which a window completes or becomes final
        self.open = {}  # window start -> Counter of product_id
        self.completed = {}  # the same; still open to corrections
        self.corrected = set()  # of these, those with late clicks since they were told
        self.next_told = None  # the first window that nobody was told of; None before the first completes
        self.on_time = self.late = self.dropped = self.windows = 0

    def window_of(self, event_time):
        return event_time - (event_time - EPOCH) % self.window

    def is_final(self, start):
        return self.watermark >= start + self.window + self.lateness

    def add(self, event_time, product_id):
        start = self.window_of(event_time)
        if self.is_final(start):
            self.dropped += 1
        elif self.watermark >= start + self.window:
            # A window that had no click on time completes, empty, with its first late one.
            counts = self.completed.setdefault(start, Counter())
            counts[product_id] += 1
            self.late += 1
            self.next_change = min(self.next_change, start + self.window + self.lateness)
            self.write(start, {product_id: counts[product_id]})
            if self.next_told is not None and start < self.next_told:
                self.corrected.add(start)
        else:
            self.open.setdefault(start, Counter())[product_id] += 1
            self.on_time += 1
            self.next_change = min(self.next_change, start + self.window)
        if event_time - self.bound > self.watermark:
            self.advance(event_time - self.bound)

    def advance(self, watermark):
        """Moves the watermark on; completes what it passes, and forgets what becomes final."""
        self.watermark = watermark
        if watermark < self.next_change:
            return
        for start in sorted(start for start in self.open if watermark >= start + self.window):
            self.completed[start] = self.open.pop(start)
            self.windows += 1
            self.write(start, self.completed[start])
            self.tell_up_to(start)
        for start in sorted(start for start in self.completed if self.is_final(start)):
            counts = self.completed.pop(start)
            if start in self.corrected:
                self.corrected.remove(start)
                self.tell(start, 2, len(counts))
        self.next_change = min(
            [start + self.window for start in self.open]
            + [start + self.window + self.lateness for start in self.completed],
            default=END_OF_TIME,
        )

    def tell_up_to(self, newest):
        """That window, and those without clicks before it."""
        start = newest if self.next_told is None else self.next_told
        while start <= newest:
            self.tell(start, 1, len(self.completed.get(start, ())))
            start += self.window
        self.next_told = start

    def finish(self):
        self.advance(END_OF_TIME)


def rfc3339(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


class RedisViews:
    """Keeps windows in Redis. All hashes of one call become visible at once."""

    def __init__(self, client, window=WINDOW):
        self.client = client
        self.window = window

    def write(self, start, views):
        times = {"window_start": rfc3339(start), "window_end": rfc3339(start + self.window)}
        with self.client.pipeline(transaction=True) as pipeline:
            for product_id, count in views.items():
                key = f"views:{start:%Y%m%dT%H%M}:{product_id}"
                pipeline.hset(key, mapping={"product_id": product_id, "views": count, **times})
            pipeline.execute()


class RedisEvents:
    """Tells of windows in a Redis stream, as CloudEvents."""

    def __init__(self, client, stream, window=WINDOW):
        self.client, self.stream, self.window = client, stream, window

    def tell(self, start, revision, rows):
        event = {
            "specversion": "1.0",
            "id": f"{ASSET}/{rfc3339(start)}/{revision}",
            "source": SOURCE,
            "type": "dev.weir.window.completed",
            "subject": ASSET,
            "windowstart": rfc3339(start),
            "windowend": rfc3339(start + self.window),
            "revision": revision,
            "rowcount": rows,
        }
        self.client.xadd(self.stream, {"event": json.dumps(event)}, maxlen=MOST_EVENTS_KEPT, approximate=True)


def parse_click(line):
    """(event_time, product_id), or None for a line that is no click: one bad producer must not stop the stream."""
    try:
        click = json.loads(line)
        event_time = datetime.fromisoformat(click["event_time"])
        product_id = click["product_id"]
    except (ValueError, KeyError, TypeError):
        return None
    if event_time.tzinfo is None or not isinstance(product_id, str) or not product_id:
        return None
    return event_time, product_id


def connect(options):
    import redis  # Debian's python3-redis; only here, so that the counting can be tested without it

    if options.socket:
        return redis.Redis(unix_socket_path=options.socket, db=options.db)
    return redis.Redis(host=options.host, port=options.port, db=options.db)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", help="clicks as JSON lines; standard input if not given")
    parser.add_argument("--socket", help="Redis' unix socket")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=6379)
    parser.add_argument("--db", type=int, default=0)
    parser.add_argument("--events", default="weir:events", help="key of the stream that is told of windows")
    options = parser.parse_args(arguments)

    client = connect(options)
    job = ProductViews(RedisViews(client).write, RedisEvents(client, options.events).tell)
    unreadable = 0
    with open(options.file, encoding="utf-8") if options.file else sys.stdin as lines:
        for line in lines:
            click = parse_click(line)
            if click is None:
                unreadable += 1
            else:
                job.add(*click)
    job.finish()
    print(
        f"{job.windows} windows: {job.on_time} clicks on time, {job.late} late and counted, "
        f"{job.dropped} too late and dropped, {unreadable} unreadable"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
