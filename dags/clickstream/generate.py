#!/usr/bin/env python3
"""Makes a day of clicks for the example, and the truth that the report about them must show.

    generate.py --day 2026-11-01 --out FOLDER [--timezone Europe/Berlin] [--clicks 300000] [--seed 1]

writes FOLDER/clicks.jsonl, one click a line in the order in which they arrive:

    {"event_time": "2026-11-01T00:00:00.214Z", "product_id": "p-017", "user": "u-00421"}

and FOLDER/truth.json: the views of each product on that day, which is one of the time zone, of 23, 24 or 25 hours. The
same arguments give the same bytes.

Every click has a delay between happening and arriving, and the delay alone decides its fate, whatever its neighbours do:

    up to BOUND                    out of order, but on time
    up to BOUND + LATENESS         late: its window was already counted, and is corrected
    TOO_LATE and more              dropped: its window is final

So the truth follows from how the clicks were made, not from counting them the way stream.py does. The clicks begin before
the day and end after it, so that a report which took in a neighbouring day would be found out.
"""

import argparse
import csv
import json
import random
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from stream import ALLOWED_LATENESS, OUT_OF_ORDER_BOUND, WINDOW

MARGIN = timedelta(minutes=45)  # clicks before and after the day

# So late that the watermark has surely passed: the newest click on time may itself have been under way for BOUND, and
# clicks are never further apart than SILENCE.
SILENCE = timedelta(minutes=5)
TOO_LATE = WINDOW + ALLOWED_LATENESS + 2 * OUT_OF_ORDER_BOUND + SILENCE
FEWEST_CLICKS = 5000

LATE_SHARE = 0.01
DROPPED_SHARE = 0.002

DEFAULT_CATALOG = Path(__file__).parent / "data" / "catalog.csv"


def read_products(catalog):
    with open(catalog, newline="", encoding="utf-8") as file:
        return [row["product_id"] for row in csv.DictReader(file)]


def popularity(products, rng):
    """Few products have most of the views: the n-th most popular has a share of about 1/n."""
    ranked = list(products)
    rng.shuffle(ranked)
    return ranked, [1 / (rank + 1) for rank in range(len(ranked))]


def delay_of_next_click(rng):
    kind = rng.random()
    bound, grace = OUT_OF_ORDER_BOUND.total_seconds(), ALLOWED_LATENESS.total_seconds()
    if kind < DROPPED_SHARE:
        return TOO_LATE.total_seconds() + rng.random() * 3600, "dropped"
    if kind < DROPPED_SHARE + LATE_SHARE:
        return bound + rng.random() * grace, "late"
    return min(rng.expovariate(5 / bound), bound), "on_time"


def make_clicks(day, day_end, count, products, rng):
    """Yields (arrival, event_time, product_id, user, fate), by event time."""
    begin, length = day - MARGIN, day_end - day + 2 * MARGIN
    step = length / count
    ranked, weights = popularity(products, rng)
    chosen = rng.choices(ranked, weights, k=count)
    for number in range(count):
        # One click in each step of time, rather than at random over the day: no silence is longer than two steps.
        event_time = begin + step * number + step * rng.random()
        event_time -= timedelta(microseconds=event_time.microsecond % 1000)
        delay, fate = delay_of_next_click(rng)
        yield event_time + timedelta(seconds=delay), event_time, chosen[number], f"u-{rng.randrange(50_000):05}", fate


def generate(day, count, seed, products, day_end=None):
    """Returns (lines in order of arrival, truth). The day ends after 24 hours, unless it is said when."""
    if count < FEWEST_CLICKS:
        raise ValueError(f"at least {FEWEST_CLICKS} clicks are needed: with fewer the silences between them grow too long")
    rng = random.Random(seed)
    day_end = day_end or day + timedelta(days=1)
    clicks = sorted(make_clicks(day, day_end, count, products, rng))
    views = dict.fromkeys(products, 0)
    fates = {"on_time": 0, "late": 0, "dropped": 0, "outside_day": 0}
    lines = []
    for _, event_time, product_id, user, fate in clicks:
        stamp = event_time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        lines.append(f'{{"event_time": "{stamp}", "product_id": "{product_id}", "user": "{user}"}}\n')
        if not day <= event_time < day_end:
            fates["outside_day"] += 1
            continue
        fates[fate] += 1
        if fate != "dropped":
            views[product_id] += 1
    truth = {
        "day_start": day.isoformat(),
        "day_end": day_end.isoformat(),
        "views": {product_id: seen for product_id, seen in sorted(views.items()) if seen},
        "clicks": count,
        **fates,
    }
    return lines, truth


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--day", required=True, help="the day, as 2026-11-01")
    parser.add_argument("--timezone", default="UTC", help="the time zone whose day it is")
    parser.add_argument("--out", required=True, type=Path, help="the folder to write to")
    parser.add_argument("--clicks", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--catalog", type=Path, default=DEFAULT_CATALOG)
    options = parser.parse_args(arguments)
    midnight = datetime.fromisoformat(options.day)

    try:
        zone = ZoneInfo(options.timezone)
        day, day_end = (
            date.replace(tzinfo=zone).astimezone(timezone.utc) for date in (midnight, midnight + timedelta(days=1))
        )
        lines, truth = generate(day, options.clicks, options.seed, read_products(options.catalog), day_end)
    except (ValueError, LookupError) as problem:
        parser.error(str(problem))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "clicks.jsonl").write_text("".join(lines), encoding="utf-8")
    (options.out / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    print(
        f"{truth['clicks']} clicks around {options.day}: {truth['late']} of that day late, "
        f"{truth['dropped']} too late, {truth['outside_day']} of other days"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
