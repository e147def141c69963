"""Windows and events from outside: published by hand, seen in the ledger, and the runs that come of them."""

import json
import unittest

from house import House, wait_for

HOURLY = """
schedule:
  - windows: views
    every: 30m
    cover: 1h
    timezone: UTC
    on_revision: {policy}
    {debounce}
tasks:
  t:
    run: [sh, -c, 'echo "$1 $2"', sh, "${{{{ window.start }}}}", "${{{{ window.assets | join(',') }}}}"]
"""


def hourly(policy="rerun"):
    return HOURLY.format(policy=policy, debounce="debounce: 0s" if policy == "rerun" else "")


def order(number, total):
    return {
        "specversion": "1.0",
        "id": f"order-{number}",
        "source": "/shop",
        "type": "shop.order.paid",
        "subject": "berlin",
        "data": {"total": total},
    }


class Windows(House):
    RUN = "window__2026-11-01T11:00:00Z"

    def complete(self, half, *more, check=True):
        start, end = {1: ("10:00", "10:30"), 2: ("10:30", "11:00")}[half]
        words = ["--start", f"2026-11-01T{start}:00Z", "--end", f"2026-11-01T{end}:00Z", *more]
        return self.weir("windows", "complete", "views", *words, check=check)

    def runs(self, dag="hourly"):
        return self.json("runs", "list", dag)["dag_runs"]

    def complete_hour(self):
        self.start()
        self.complete(1)
        self.assertEqual(self.runs(), [])
        self.assertIn("created_run", self.complete(2).stdout)
        self.await_run("hourly", self.RUN, "success")

    def test_a_run_is_made_when_the_last_window_of_its_interval_is_complete(self):
        self.dag("hourly", hourly())
        self.complete_hour()
        run = self.runs()[0]
        self.assertEqual(run["logical_date"], "2026-11-01T11:00:00Z")
        self.assertEqual(run["data_interval_start"], "2026-11-01T10:00:00Z")
        self.assertEqual(run["cause"]["reason"], "complete")
        self.assertIn("2026-11-01T10:00:00Z views", self.log("hourly", self.RUN, "t"))
        self.assertIn("made by the windows of views", self.weir("why", "hourly", self.RUN).stdout)

    def test_coverage_is_drawn_and_assets_are_listed(self):
        self.dag("hourly", hourly("ignore"))
        self.start()
        self.complete(1)
        self.complete(1, "--revision", "2")
        words = ["windows", "views", "--from", "2026-11-01T10:00:00Z", "--to", "2026-11-01T12:00:00Z"]
        drawn = self.weir(*words).stdout
        self.assertIn("2026-11-01 10h  ▣□  1 of 2\n2026-11-01 11h  □□  0 of 2\n", drawn)
        self.assertIn("missing 2026-11-01T10:30:00Z to 2026-11-01T12:00:00Z", drawn)
        self.assertIn("views every 30m (UTC): 0 complete, 1 corrected, 3 missing", drawn)
        self.assertEqual(self.json(*words)["counts"], {"complete": 0, "corrected": 1, "missing": 3})
        self.assertEqual(self.json("windows")[0]["consumers"], ["hourly"])
        self.assertIn("hourly", self.weir("windows").stdout)
        self.assertEqual(self.weir("windows", "orders", check=False).returncode, 2)

    def test_a_correction_runs_the_run_again_and_a_duplicate_does_not(self):
        self.dag("hourly", hourly())
        self.complete_hour()
        self.assertIn("duplicate", self.complete(2).stdout)
        self.assertEqual(self.task("hourly", self.RUN, "t")["try_number"], 1)
        self.assertIn("revised", self.complete(2, "--revision", "2", "--rows", "5").stdout)

        def ran_again():
            return self.task("hourly", self.RUN, "t")["try_number"] == 2

        wait_for("the run runs again", ran_again)
        self.await_run("hourly", self.RUN, "success")
        self.assertEqual(len(self.runs()), 1)

    def test_a_correction_may_mark_the_run_as_stale_until_it_is_cleared(self):
        self.dag("hourly", hourly("mark_stale"))
        self.complete_hour()
        self.complete(1, "--revision", "2")
        self.assertIsNotNone(self.runs()[0]["stale_since"])
        self.assertIn("stale", self.weir("why", "hourly", self.RUN).stdout)

    def test_what_a_task_produces_starts_the_dag_that_waits_for_it(self):
        self.dag("hourly", hourly().replace("  t:\n", "  t:\n    produces: report\n"))
        self.dag("reader", "schedule: {windows: report, every: 1h}\ntasks: {t: {run: 'true'}}")
        self.complete_hour()
        wait_for("the reader's run", lambda: self.runs("reader"))
        self.await_run("reader", self.RUN, "success")
        self.assertEqual(self.json("events", "--source", "tasks")[0]["event"]["subject"], "report")

    def test_the_ledger_survives_the_daemon(self):
        self.dag("hourly", hourly())
        self.start()
        self.complete(1)
        self.kill_daemon()
        self.start()
        self.complete(2)
        self.await_run("hourly", self.RUN, "success")
        self.assertEqual(self.weir("db", "check").returncode, 0)


class Events(House):
    def publish(self, *events, check=True):
        (self.folder / "events.json").write_text(json.dumps(events))
        return self.weir("events", "publish", "events.json", check=check)

    def test_an_event_that_passes_the_filter_makes_a_run_that_sees_it(self):
        self.dag(
            "paid",
            """
            schedule:
              - event: {type: shop.order.*, where: "${{ event.data.total > 100 }}"}
            tasks:
              t: {run: [echo, "total ${{ event.data.total }} of ${{ event.subject }}, ${{ events.count }}"]}
            """,
        )
        self.start()
        published = self.publish(order(1, 50), order(2, 150)).stdout
        self.assertIn("unmatched", published)
        self.assertIn("created_run", published)
        run = wait_for("the run", lambda: self.json("runs", "list", "paid")["dag_runs"])[0]["dag_run_id"]
        self.await_run("paid", run, "success")
        self.assertIn("total 150 of berlin, 1", self.log("paid", run, "t"))
        event = self.json("events", "--disposition", "created_run")[0]
        self.assertEqual((event["dag_run_id"], event["event"]["id"]), (run, "order-2"))
        shown = self.weir("events", "show", event["event_id"]).stdout
        self.assertIn('"total": 150', shown)
        self.assertIn(f"run paid {run}", shown)
        self.assertIn("made by event", self.weir("why", "paid", run).stdout)
        self.assertEqual(self.weir("events", "show", 99, check=False).returncode, 4)

    def test_events_are_listed_by_what_became_of_them(self):
        self.start()
        self.publish(order(1, 5))
        self.publish(order(1, 5))
        listed = self.weir("events").stdout
        self.assertIn("shop.order.paid", listed)
        self.assertEqual([event["disposition"] for event in self.json("events")], ["duplicate", "unmatched"])
        self.assertEqual(len(self.json("events", "--disposition", "duplicate")), 1)
        self.assertEqual(len(self.json("events", "--type", "shop.order.paid", "--since", "1h")), 2)
        self.assertEqual(self.json("events", "--since", "2026-11-01", "--source", "tasks"), [])
        self.assertEqual(self.json("events", "--rejected"), [])

    def test_a_rejected_event_is_kept_and_can_be_replayed(self):
        self.start()
        wrong = {**order(1, 5), "type": "dev.weir.window.completed", "subject": "views"}
        refused = self.publish(wrong, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("windowstart", refused.stdout)
        rejected = self.json("events", "--rejected")[0]
        again = self.weir("events", "replay", rejected["event_id"], check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("rejected", again.stdout)
        self.assertEqual(self.json("events", "show", rejected["event_id"])["disposition"], "replayed")
        self.assertEqual(self.weir("events", "replay", rejected["event_id"], check=False).returncode, 5)
        self.assertEqual(self.weir("events", "replay", 99, check=False).returncode, 4)

    def test_events_are_published_one_a_line_too(self):
        self.start()
        (self.folder / "lines").write_text("".join(json.dumps(order(n, n)) + "\n" for n in range(3)))
        self.assertEqual(len(self.json("events", "publish", "lines")), 3)
        (self.folder / "lines").write_text("{}\nnot json\n")
        refused = self.weir("events", "publish", "lines", check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("lines:2", refused.stderr)


if __name__ == "__main__":
    unittest.main()
