"""The past run again, by a person at the command line, on a real daemon."""

import datetime
import json
import unittest

from house import House, wait_for


def midnight(days_ago):
    day = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=days_ago)
    return f"{day}T00:00:00Z"


class Backfill(House):
    def dates_of(self, backfill, state=None):
        runs = [run for run in self.json("runs", "list", "daily", "--limit", "100")["dag_runs"] if run["run_type"] == "backfill"]
        return sorted(run["logical_date"] for run in runs if state in (None, run["state"]))

    def daily(self, script):
        self.dag(
            "daily",
            f"""
            schedule: [{{cron: "0 0 * * *"}}]
            params: {{word: {{type: string, default: none}}}}
            tasks:
              t:
                run: {json.dumps(script)}
                env: {{DAY: "${{{{ logical_date }}}}", WORD: "${{{{ params.word }}}}"}}
            """,
        )

    def test_every_day_of_a_range_is_run_and_only_once(self):
        self.daily('echo "$DAY $WORD" >> days')
        self.start()
        first, last = midnight(5)[:10], midnight(3)[:10]
        dry = self.weir("backfill", "create", "daily", "--from", first, "--to", last, "--dry-run")
        self.assertEqual(dry.stdout.split()[:3], [midnight(5), midnight(4), midnight(3)])
        self.assertEqual(self.json("backfill", "list"), [])
        made = self.weir("backfill", "create", "daily", "--from", first, "--to", last, "-p", "word=x", "--wait")
        self.assertIn("3 of 3 runs done", made.stdout)
        self.assertEqual(self.dates_of(1), [midnight(5), midnight(4), midnight(3)])
        days = sorted(self.read("dags/days").split("\n"))
        self.assertEqual(len([day for day in days if day.endswith(" x")]), 3)
        again = self.weir("backfill", "create", "daily", "--from", first, "--to", last, check=False)
        self.assertEqual(again.returncode, 5)
        self.assertIn("every one of these 3 dates has a run", again.stderr)
        refused = self.weir("backfill", "create", "daily", "--from", midnight(9), "--to", midnight(8), "-p", "n=1", check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("n", refused.stderr)

    def test_it_goes_on_after_the_daemon_was_killed_and_failed_days_run_again(self):
        self.daily("until [ -e go ]; do sleep 0.05; done; [ ! -e broken ]")
        (self.folder / "dags" / "broken").write_text("")
        self.start()
        self.weir("backfill", "create", "daily", "--from", midnight(6), "--to", midnight(3), "--max-active-runs", "2")
        wait_for("two runs", lambda: len(self.dates_of(1, "running")) == 2)
        self.kill_daemon()
        self.start()
        self.assertEqual(len(self.dates_of(1)), 2)
        (self.folder / "dags" / "go").write_text("")
        shown = self.weir("backfill", "show", 1, "--wait", check=False)
        self.assertEqual(shown.returncode, 1)
        self.assertEqual(len(self.dates_of(1, "failed")), 4)
        (self.folder / "dags" / "broken").unlink()
        self.weir("backfill", "create", "daily", "--from", midnight(6), "--to", midnight(3), "--reprocess", "failed", "--wait")
        self.assertEqual(len(self.dates_of(2, "success")), 4)

    def test_a_paused_backfill_waits_and_a_canceled_one_ends(self):
        self.daily("until [ -e go ]; do sleep 0.05; done")
        self.start()
        self.weir("backfill", "create", "daily", "--from", midnight(6), "--to", midnight(3), "--max-active-runs", "1")
        wait_for("a run", lambda: self.dates_of(1, "running"))
        self.weir("backfill", "pause", 1)
        (self.folder / "dags" / "go").write_text("")
        wait_for("its end", lambda: self.dates_of(1, "success"))
        self.assertEqual(len(self.dates_of(1)), 1)
        self.assertEqual(self.json("backfill", "show", 1)["is_paused"], True)
        self.weir("backfill", "cancel", 1)
        self.assertEqual(self.json("backfill", "show", 1)["state"], "canceled")
        self.assertEqual(self.weir("backfill", "unpause", 1, check=False).returncode, 5)


if __name__ == "__main__":
    unittest.main()
