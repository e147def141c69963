"""The real daemon answers as its own openapi.json says: every GET with something in it, and what people do."""

from api import Api, filled
from house import House, unittest, wait_for

DAG = """
schedule: "0 4 * * *"
params:
  who: {type: string, default: world}
tasks:
  list:
    run: printf '{"items":[1,2]}' > "$WEIR_OUTPUT"
  prepare:
    needs: list
    group:
      greet: {run: [echo, "${{ params.who }}"]}
  each: {needs: list, foreach: "${{ tasks.list.outputs.items }}", run: 'echo "$WEIR_ITEM"'}
  ask: {needs: [prepare, each], approve: {message: "Is it good?"}}
"""

FAILING = """
tasks:
  breaks: {run: "exit 3"}
"""

WINDOWS = """
schedule: {windows: views, every: 5m}
tasks:
  report: {run: "true"}
"""

EVENTS = """
schedule: {event: order.paid}
tasks:
  book: {run: "true"}
"""

# Streams have no end.
STREAMS = {"/api/v2/live"}


def window_event(number):
    return {
        "specversion": "1.0",
        "id": str(number),
        "source": "test",
        "type": "dev.weir.window.completed",
        "subject": "views",
        "windowstart": f"2026-11-22T10:{5 * number:02}:00Z",
        "windowend": f"2026-11-22T10:{5 * number + 5:02}:00Z",
    }


class TheDaemon(House):
    def setUp(self):
        super().setUp()
        self.dag("pages", DAG)
        self.dag("failing", FAILING)
        self.dag("reports", WINDOWS)
        self.dag("orders", EVENTS)
        self.dag("bad", "tasks: 7\n")
        self.start()
        self.api = Api(self.folder)
        self.document = self.api.document()
        self.faults = []
        self.run = self.does("POST", "/api/v2/dags/pages/dagRuns", {"conf": {"who": "<you>"}}).json["dag_run_id"]
        self.base = f"/api/v2/dags/pages/dagRuns/{self.run}"
        wait_for("it asks", lambda: self.api.get("/api/v2/dags/~/dagRuns/~/hitlDetails").json["total_entries"] == 1)

    def does(self, method, target, body=None, status=200, **options):
        """Asks, and holds the answer against the document."""
        answer = self.api.ask(method, target, body, **options)
        found = self.document.faults(method, target, answer.status, answer.type, answer.json)
        self.faults += [f"{method} {target} {answer.status}: {fault}" for fault in found]
        if status is not None and answer.status != status:
            self.faults.append(f"{method} {target}: {answer.status} instead of {status}: {answer.text[:500]}")
        return answer

    def no_faults(self):
        self.assertFalse(self.faults, "\n" + "\n".join(self.faults))

    def test_every_get_of_the_document_has_an_answer_as_it_says(self):
        event = self.does("POST", "/api/v2/events", window_event(0), headers={"Content-Type": "application/cloudevents+json"})
        backfill = self.does("POST", "/api/v2/backfills", {"dag_id": "pages", "from_date": "2026-11-20T00:00:00Z",
                                                           "to_date": "2026-11-21T00:00:00Z"})
        errors = self.does("GET", "/api/v2/importErrors").json["import_errors"]
        values = {
            "dag_id": "pages",
            "run_id": self.run,
            "task_id": "list",
            "map_index": -1,
            "try_number": 1,
            "version_number": 1,
            "backfill_id": backfill.json["id"],
            "event_id": event.json["events"][0]["event_id"],
            "import_error_id": errors[0]["import_error_id"],
            "pool_name": "default_pool",
            "event_log_id": 1,
        }
        queries = {"/api/v2/search": "?q=pages", "/api/v2/windows/coverage": "?asset=views"}
        for path, item in self.document.document["paths"].items():
            if "get" not in item:
                continue
            names = dict(values, task_id="ask") if path.endswith("/hitlDetails") else values
            target = filled(path, names) + queries.get(path, "")
            self.does("GET", target, whole=path not in STREAMS)
        self.no_faults()

    def test_what_the_pages_read_of_a_run_is_what_ran(self):
        grid = self.does("GET", "/api/v2/dags/pages/grid").json
        rows = {row["id"]: index for index, row in enumerate(grid["tasks"])}
        states = next(run for run in grid["runs"] if run["run_id"] == self.run)["states"]
        self.assertEqual(states[rows["list"]], "s")
        self.assertEqual(states[rows["prepare"]], "s")
        self.assertEqual(states[rows["each"]], "s")
        self.assertEqual(states[rows["ask"]], "d")
        graph = self.does("GET", f"/api/v2/dags/pages/graph?run_id={self.run}").json
        each = next(node for node in graph["nodes"] if node["id"] == "each")
        self.assertEqual((each["mapped"], each["counts"]), (2, {"success": 2}))
        rendered = self.does("GET", f"{self.base}/taskInstances/prepare.greet/tries/1/rendered").json
        self.assertEqual(rendered["command"], ["echo", "<you>"])
        self.assertEqual(rendered["env"]["WEIR_RUN_ID"], self.run)
        instance = self.does("GET", f"{self.base}/taskInstances/each/1/tries/1/rendered").json
        self.assertEqual(instance["env"]["WEIR_ITEM"], "2")
        self.assertEqual(self.does("GET", "/api/v2/overview").json["approvals"][0]["subject"], "Is it good?")
        self.no_faults()

    def test_a_run_says_what_made_it(self):
        paid = {"specversion": "1.0", "id": "9", "source": "shop", "type": "order.paid", "data": {"total": 12}}
        for event in (window_event(0), paid):
            self.does("POST", "/api/v2/events", event, headers={"Content-Type": "application/cloudevents+json"})
        for dag, kind in (("reports", "windows"), ("orders", "event")):
            runs = f"/api/v2/dags/{dag}/dagRuns"
            wait_for(f"a run of {dag}", lambda: self.api.get(runs).json["total_entries"] == 1)
            self.assertEqual(self.does("GET", runs).json["dag_runs"][0]["cause"]["kind"], kind)
        self.no_faults()

    def test_what_people_do_is_answered_as_the_document_says(self):
        does, base = self.does, self.base
        does("PATCH", "/api/v2/dags/pages", {"is_paused": True})
        does("PATCH", "/api/v2/dags/pages", {"is_paused": False})
        does("PATCH", base, {"note": "seen"})
        does("PATCH", f"{base}/taskInstances/ask/-1/hitlDetails", {"chosen_options": ["Approve"]})
        self.await_run("pages", self.run, "success")
        does("POST", f"{base}/clear", {})
        does("POST", f"{base}/clear", {"dry_run": False, "only_failed": True}, status=None)
        does("POST", "/api/v2/dags/pages/clearTaskInstances", {"dag_run_id": self.run, "only_failed": False})
        does("PATCH", f"{base}/taskInstances/list/dry_run", {"new_state": "failed"})
        does("PATCH", f"{base}/taskInstances/list", {"new_state": "failed"})
        does("PATCH", f"{base}/taskInstances/each/0/dry_run", {"new_state": "failed"})
        does("PATCH", f"{base}/taskInstances/each/0", {"new_state": "failed"})
        failed = does("POST", "/api/v2/dags/failing/dagRuns", {}).json["dag_run_id"]
        self.await_run("failing", failed, "failed")
        does("POST", f"/api/v2/dags/failing/dagRuns/{failed}/retry", {})
        does("POST", f"/api/v2/dags/failing/dagRuns/{failed}/kill", {}, status=None)
        backfill = {"dag_id": "pages", "from_date": "2026-11-20T00:00:00Z", "to_date": "2026-11-21T00:00:00Z"}
        does("POST", "/api/v2/backfills/dry_run", backfill)
        number = does("POST", "/api/v2/backfills", backfill).json["id"]
        for verb in ("pause", "unpause", "cancel"):
            does("PUT", f"/api/v2/backfills/{number}/{verb}")
        does("PUT", f"/api/v2/backfills/{number}/pause", status=409)
        wrong = dict(window_event(1), windowend="2026-11-22T10:00:00Z")
        event = does("POST", "/api/v2/events", wrong, headers={"Content-Type": "application/cloudevents+json"}).json["events"][0]
        self.assertEqual(event["disposition"], "rejected")
        does("POST", f"/api/v2/events/{event['event_id']}/replay")
        self.no_faults()


if __name__ == "__main__":
    unittest.main()
