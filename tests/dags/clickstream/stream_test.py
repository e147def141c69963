"""The counting of dags/clickstream/stream.py: windows, watermark, lateness; and what it leaves in a real Redis."""

import json
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "dags" / "clickstream"), str(ROOT / "tests" / "support")]

from servers import Redis  # noqa: E402
from stream import ProductViews, parse_click  # noqa: E402

MIDNIGHT = datetime(2026, 11, 1, tzinfo=timezone.utc)


def at(minute, second=0):
    return MIDNIGHT + timedelta(minutes=minute, seconds=second)


class Job:
    """Windows of 5 minutes, clicks up to 30 s out of order, corrections for 10 minutes; keeps what is written."""

    def __init__(self):
        self.writes = []
        self.told = []
        self.views = ProductViews(
            lambda start, counts: self.writes.append((start, dict(counts))),
            lambda start, revision, rows: self.told.append((start, revision, rows)),
            window=timedelta(minutes=5),
            bound=timedelta(seconds=30),
            lateness=timedelta(minutes=10),
        )

    def click(self, when, product="p-1"):
        self.views.add(when, product)
        return self


class Windows(unittest.TestCase):
    def test_an_open_window_is_not_written(self):
        job = Job().click(at(1)).click(at(4, 59))
        self.assertEqual(job.writes, [])

    def test_a_window_is_written_when_the_watermark_reaches_its_end(self):
        job = Job().click(at(1)).click(at(2)).click(at(5, 30))
        self.assertEqual(job.writes, [(at(0), {"p-1": 2})])

    def test_a_window_is_not_written_while_the_watermark_is_short_of_its_end(self):
        job = Job().click(at(1)).click(at(5, 29))
        self.assertEqual(job.writes, [])

    def test_a_click_at_the_end_of_a_window_belongs_to_the_next(self):
        job = Job().click(at(4, 59)).click(at(5)).click(at(10, 30))
        self.assertEqual(job.writes, [(at(0), {"p-1": 1}), (at(5), {"p-1": 1})])

    def test_each_product_is_counted_for_itself(self):
        job = Job().click(at(1), "p-1").click(at(2), "p-2").click(at(3), "p-1").click(at(5, 30))
        self.assertEqual(job.writes, [(at(0), {"p-1": 2, "p-2": 1})])

    def test_clicks_out_of_order_within_the_bound_are_counted_on_time(self):
        job = Job().click(at(5, 20)).click(at(4, 55)).click(at(5, 30))
        self.assertEqual(job.writes, [(at(0), {"p-1": 1})])
        self.assertEqual((job.views.on_time, job.views.late), (3, 0))

    def test_windows_complete_in_the_order_of_time(self):
        job = Job().click(at(6)).click(at(5, 45)).click(at(12)).click(at(30))
        self.assertEqual([start for start, _ in job.writes], [at(5), at(10)])

    def test_the_end_of_the_input_completes_all_windows(self):
        job = Job().click(at(1)).click(at(5, 10))
        job.views.finish()
        self.assertEqual(job.writes, [(at(0), {"p-1": 1}), (at(5), {"p-1": 1})])

    def test_a_watermark_never_goes_back(self):
        job = Job().click(at(20)).click(at(19, 45))
        self.assertEqual(job.views.watermark, at(19, 30))


class Lateness(unittest.TestCase):
    def test_a_late_click_corrects_its_completed_window(self):
        job = Job().click(at(1)).click(at(5, 30)).click(at(2))
        self.assertEqual(job.writes, [(at(0), {"p-1": 1}), (at(0), {"p-1": 2})])

    def test_a_correction_writes_only_the_product_that_changed(self):
        job = Job().click(at(1), "p-1").click(at(1), "p-2").click(at(5, 30)).click(at(2), "p-2")
        self.assertEqual(job.writes[-1], (at(0), {"p-2": 2}))

    def test_a_late_click_may_make_a_window_that_had_none(self):
        job = Job().click(at(10)).click(at(2))
        self.assertEqual(job.writes, [(at(0), {"p-1": 1})])

    def test_the_last_correction_comes_just_before_the_lateness_is_over(self):
        job = Job().click(at(1)).click(at(15, 29)).click(at(2))
        self.assertEqual(job.writes[-1], (at(0), {"p-1": 2}))

    def test_a_final_window_never_changes(self):
        job = Job().click(at(1)).click(at(15, 30)).click(at(2))
        self.assertEqual(job.writes, [(at(0), {"p-1": 1})])
        self.assertEqual(job.views.dropped, 1)

    def test_a_final_window_that_had_no_click_stays_without(self):
        job = Job().click(at(15, 30)).click(at(2))
        self.assertEqual(job.writes, [])

    def test_final_windows_take_no_memory(self):
        job = Job()
        for minute in range(0, 24 * 60):
            job.click(at(minute))
        self.assertLessEqual(len(job.views.open) + len(job.views.completed), 4)


class Telling(unittest.TestCase):
    def test_a_window_is_told_when_it_completes_with_its_products(self):
        job = Job().click(at(1), "p-1").click(at(2), "p-2").click(at(5, 29))
        self.assertEqual(job.told, [])
        job.click(at(5, 30))
        self.assertEqual(job.told, [(at(0), 1, 2)])

    def test_windows_without_clicks_are_told_in_their_place(self):
        job = Job().click(at(1)).click(at(16)).click(at(21))
        self.assertEqual(job.told, [(at(0), 1, 1), (at(5), 1, 0), (at(10), 1, 0), (at(15), 1, 1)])

    def test_corrections_are_told_once_when_the_window_is_final(self):
        job = Job().click(at(1)).click(at(5, 30)).click(at(2)).click(at(3), "p-2")
        self.assertEqual(job.told, [(at(0), 1, 1)])
        job.click(at(15, 30))
        self.assertEqual(job.told, [(at(0), 1, 1), (at(5), 1, 1), (at(0), 2, 2)])

    def test_a_window_that_was_told_without_clicks_is_corrected_by_a_late_one(self):
        job = Job().click(at(1)).click(at(11)).click(at(15, 30)).click(at(6))
        job.views.finish()
        self.assertIn((at(5), 1, 0), job.told)
        self.assertIn((at(5), 2, 1), job.told)

    def test_a_late_click_before_the_window_is_told_is_no_correction(self):
        job = Job().click(at(1)).click(at(12)).click(at(6)).click(at(15, 30))
        job.views.finish()
        self.assertEqual([told for told in job.told if told[0] == at(5)], [(at(5), 1, 1)])

    def test_the_end_of_the_input_tells_all(self):
        job = Job().click(at(1)).click(at(5, 30)).click(at(2)).click(at(11))
        job.views.finish()
        self.assertEqual(job.told, [(at(0), 1, 1), (at(5), 1, 1), (at(10), 1, 1), (at(0), 2, 1)])


class Lines(unittest.TestCase):
    def test_a_click_is_read(self):
        line = '{"event_time": "2026-11-01T00:01:00.500Z", "product_id": "p-1", "user": "u"}'
        self.assertEqual(parse_click(line), (at(1) + timedelta(milliseconds=500), "p-1"))

    def test_a_line_that_is_no_click_is_none(self):
        for line in (
            "",
            "{",
            "[]",
            "7",
            '{"product_id": "p-1"}',
            '{"event_time": "yesterday", "product_id": "p-1"}',
            '{"event_time": 5, "product_id": "p-1"}',
            '{"event_time": "2026-11-01T00:01:00", "product_id": "p-1"}',
            '{"event_time": "2026-11-01T00:01:00Z", "product_id": 3}',
        ):
            with self.subTest(line=line):
                self.assertIsNone(parse_click(line))


class InRedis(unittest.TestCase):
    def run_stream(self, redis, clicks):
        lines = "".join(
            json.dumps({"event_time": when.isoformat(), "product_id": product, "user": "u"}) + "\n"
            for when, product in clicks
        )
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write(lines)
            file.flush()
            subprocess.run(
                ["/usr/bin/python3", str(ROOT / "dags/clickstream/stream.py"), "--socket", str(redis.socket), file.name],
                check=True,
                stdout=subprocess.DEVNULL,
            )

    def everything(self, redis):
        def ask(*words):
            argv = ["redis-cli", "-s", str(redis.socket), "--json", *words]
            return json.loads(subprocess.run(argv, check=True, capture_output=True).stdout)

        return {key: ask("HGETALL", key) for key in ask("KEYS", "views:*")}

    def test_a_window_is_one_hash_a_product_and_the_same_when_run_again(self):
        clicks = [(at(1), "p-1"), (at(2), "p-2"), (at(5, 40), "p-1"), (at(3), "p-1")]
        expected = {
            "views:20261101T0000:p-1": {
                "product_id": "p-1",
                "views": "2",
                "window_start": "2026-11-01T00:00:00Z",
                "window_end": "2026-11-01T00:05:00Z",
            },
            "views:20261101T0000:p-2": {
                "product_id": "p-2",
                "views": "1",
                "window_start": "2026-11-01T00:00:00Z",
                "window_end": "2026-11-01T00:05:00Z",
            },
            "views:20261101T0005:p-1": {
                "product_id": "p-1",
                "views": "1",
                "window_start": "2026-11-01T00:05:00Z",
                "window_end": "2026-11-01T00:10:00Z",
            },
        }
        with Redis() as redis:
            self.run_stream(redis, clicks)
            self.assertEqual(self.everything(redis), expected)
            self.run_stream(redis, clicks)
            self.assertEqual(self.everything(redis), expected)


    def test_a_completed_window_is_a_cloud_event_in_the_stream_and_told_again_when_run_again(self):
        clicks = [(at(1), "p-1"), (at(5, 40), "p-1")]
        with Redis() as redis:
            self.run_stream(redis, clicks)
            self.run_stream(redis, clicks)
            argv = ["redis-cli", "-s", str(redis.socket), "--json", "XRANGE", "weir:events", "-", "+"]
            entries = json.loads(subprocess.run(argv, check=True, capture_output=True).stdout)
        events = [json.loads(fields[1]) for _, fields in entries]
        self.assertEqual(
            events[0],
            {
                "specversion": "1.0",
                "id": "product_views/2026-11-01T00:00:00Z/1",
                "source": "/clickstream/stream.py",
                "type": "dev.weir.window.completed",
                "subject": "product_views",
                "windowstart": "2026-11-01T00:00:00Z",
                "windowend": "2026-11-01T00:05:00Z",
                "revision": 1,
                "rowcount": 1,
            },
        )
        self.assertEqual([event["id"] for event in events[2:]], [event["id"] for event in events[:2]])


if __name__ == "__main__":
    unittest.main()
