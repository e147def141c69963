"""Sources against a real daemon: what they bring makes each run once, over kill -9, restarts and servers that are away."""

import json
import signal
import time
import unittest
import urllib.error
import urllib.request

import redis

from house import House, wait_for
from servers import Redis

ORDERS = """
    schedule: [{event: {type: order.paid, source: /shop}}]
    max_active_runs: 100
    tasks: {note: {run: "true"}}
    """


def event(number):
    return json.dumps({"specversion": "1.0", "id": str(number), "source": "/shop", "type": "order.paid"})


class Sources(House):
    def redis(self):
        server = Redis()
        self.addCleanup(server.close)
        return server

    def add(self, server, *fields):
        import redis

        redis.Redis(unix_socket_path=str(server.socket)).xadd("events", dict(zip(fields[::2], fields[1::2])))

    def source(self, name):
        return next(row for row in self.json("sources")["sources"] if row["name"] == name)

    def runs(self, dag):
        return [run["dag_run_id"] for run in self.json("runs", "list", dag, "--limit", 1000)["dag_runs"]]

    def test_each_event_of_a_stream_makes_one_run_over_kills(self):
        server = self.redis()
        self.configure(f"""
            connections: {{cache: {{redis: {{socket: {server.socket}}}}}}}
            sources: {{orders: {{redis: {{connection: cache, stream: events}}}}}}
            """)
        self.dag("orders", ORDERS)
        self.start()
        for number in range(60):
            self.add(server, "event", event(number))
            if number in (20, 40):
                self.kill_daemon()
                self.start()
        self.add(server, "event", "{oops")
        wait_for("a run of each", lambda: len(self.runs("orders")) >= 60)
        wait_for("nothing is left", lambda: self.source("orders")["lag"] == 0)
        self.assertEqual(len(self.runs("orders")), 60)
        self.assertEqual(self.source("orders")["rejected"], 1)
        self.assertIn("connected", self.weir("sources").stdout)

    def test_a_daemon_stops_while_its_sources_are_away_and_says_what_is_wrong(self):
        self.configure(f"""
            connections: {{cache: {{redis: {{socket: {self.folder}/nowhere.sock}}}}}}
            sources:
              orders: {{redis: {{connection: cache, stream: events}}}}
              lake: {{files: {{path: lake, asset: views, partition: "%Y-%m-%d", every: 1d}}}}
            """)
        self.start()
        wait_for("a problem", lambda: "no such socket" in (self.source("orders")["problem"] or ""))
        wait_for("the other", lambda: f"folder {self.folder}/lake" in (self.source("lake")["problem"] or ""))
        before = time.monotonic()
        self.kill_daemon(signal.SIGTERM)
        self.assertLess(time.monotonic() - before, 10)

    def test_a_folder_with_its_marker_makes_the_run_of_its_window(self):
        self.configure("""
            sources: {lake: {files: {path: lake, asset: views, partition: "dt=%Y-%m-%d/hour=%H", every: 1h}}}
            """)
        self.dag("report", """
            schedule: [{windows: views, every: 1h}]
            tasks: {count: {run: "true"}}
            """)
        hour = self.folder / "lake/dt=2026-11-20/hour=07"
        hour.mkdir(parents=True)
        self.start()
        (hour / "_SUCCESS").touch()
        wait_for("the run", lambda: self.runs("report"))
        self.await_run("report", "window__2026-11-20T08:00:00Z", "success")
        self.kill_daemon()
        self.start()
        wait_for("it looks again", lambda: self.source("lake")["connected"])
        self.assertEqual(self.source("lake")["taken"], 0)
        self.assertEqual(self.runs("report"), ["window__2026-11-20T08:00:00Z"])

    def test_an_event_by_http_is_answered_with_its_run(self):
        self.configure("")
        (self.folder / "weir.yaml").write_text("listen: 127.0.0.1:0\nauth: off\n")
        self.dag("orders", ORDERS)
        self.start()
        line = wait_for("the address", lambda: [word for word in self.read("daemon.log").split() if "http://" in word])
        url = line[0] + "/api/v2/events"

        def post(body, **headers):
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            return json.load(urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers)))

        first = post(event(1), Content_Type="application/cloudevents+json")["events"][0]
        self.assertEqual(first["disposition"], "created_run")
        self.assertEqual([first["run_id"]], self.runs("orders"))
        again = post(f"[{event(1)}, {event(2)}]", Content_Type="application/cloudevents-batch+json")["events"]
        self.assertEqual([row["disposition"] for row in again], ["duplicate", "created_run"])
        big = {"ce-specversion": "1.0", "ce-id": "3", "ce-source": "/shop", "ce-type": "order.paid"}
        row = post(json.dumps("x" * 70_000), **big, Content_Type="application/json")["events"][0]
        self.assertEqual(row["disposition"], "created_run")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            post("{}", Content_Type="application/cloudevents+json")
        self.assertEqual(refused.exception.code, 422)


if __name__ == "__main__":
    unittest.main()
