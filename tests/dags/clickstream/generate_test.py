"""What dags/clickstream/generate.py promises of its clicks, and that the streaming job finds their truth."""

import json
import sys
import unittest
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "dags" / "clickstream"))

import generate  # noqa: E402
from stream import ALLOWED_LATENESS, OUT_OF_ORDER_BOUND, WINDOW, ProductViews, parse_click  # noqa: E402

DAY = datetime(2026, 11, 1, tzinfo=timezone.utc)
PRODUCTS = generate.read_products(generate.DEFAULT_CATALOG)


def clicks_of(seed, count=20_000):
    return generate.generate(DAY, count, seed, PRODUCTS)


class Clicks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lines, cls.truth = clicks_of(seed=1)

    def test_the_same_seed_gives_the_same_clicks(self):
        self.assertEqual(clicks_of(seed=1), (self.lines, self.truth))

    def test_another_seed_gives_other_clicks(self):
        self.assertNotEqual(clicks_of(seed=2)[0], self.lines)

    def test_there_are_as_many_as_asked_for(self):
        self.assertEqual(len(self.lines), 20_000)

    def test_each_line_is_a_click_with_a_user(self):
        for line in self.lines:
            self.assertIsNotNone(parse_click(line))
            self.assertIn("user", json.loads(line))

    def test_no_click_is_there_twice(self):
        self.assertEqual(len(set(self.lines)), len(self.lines))

    def test_clicks_are_out_of_order(self):
        times = [parse_click(line)[0] for line in self.lines]
        self.assertNotEqual(times, sorted(times))

    def test_there_are_late_clicks_and_dropped_ones_and_some_of_other_days(self):
        for fate in ("late", "dropped", "outside_day"):
            self.assertGreater(self.truth[fate], 0, fate)

    def test_the_truth_adds_up(self):
        self.assertEqual(sum(self.truth["views"].values()), self.truth["on_time"] + self.truth["late"])
        self.assertEqual(
            self.truth["clicks"], sum(self.truth[fate] for fate in ("on_time", "late", "dropped", "outside_day"))
        )

    def test_a_day_may_have_another_length(self):
        lines, truth = generate.generate(DAY, 20_000, 1, PRODUCTS, DAY + timedelta(hours=25))
        self.assertEqual(truth["day_end"], "2026-11-02T01:00:00+00:00")
        newest = max(parse_click(line)[0] for line in lines)
        self.assertGreater(newest, DAY + timedelta(hours=25))

    def test_too_few_clicks_are_refused(self):
        with self.assertRaisesRegex(ValueError, "at least 5000 clicks"):
            clicks_of(seed=1, count=100)


class Truth(unittest.TestCase):
    def test_it_is_what_the_streaming_job_counts(self):
        for seed, count in ((1, 20_000), (2, 20_000), (3, generate.FEWEST_CLICKS), (4, 60_000)):
            with self.subTest(seed=seed, count=count):
                lines, truth = clicks_of(seed, count)
                windows = {}
                job = ProductViews(lambda start, counts: windows.setdefault(start, {}).update(counts))
                for line in lines:
                    job.add(*parse_click(line))
                job.finish()
                views = Counter()
                for start, counts in windows.items():
                    if DAY <= start < DAY + timedelta(days=1):
                        views.update(counts)
                self.assertEqual(dict(views), truth["views"])

    def test_it_is_what_a_plain_reading_of_the_rule_gives(self):
        """Without windows, state or increments: a click counts unless its window was final when it came."""
        lines, truth = clicks_of(seed=5)
        views, latest = Counter(), DAY - timedelta(days=1)
        for line in lines:
            event_time, product_id = parse_click(line)
            window_end = event_time - (event_time - DAY) % WINDOW + WINDOW
            final = latest - OUT_OF_ORDER_BOUND >= window_end + ALLOWED_LATENESS
            if DAY <= event_time < DAY + timedelta(days=1) and not final:
                views[product_id] += 1
            latest = max(latest, event_time)
        self.assertEqual(dict(views), truth["views"])


if __name__ == "__main__":
    unittest.main()
