"""Waits, sub-DAGs, approvals and notifications against a real daemon, with a webhook of the test's own and kill -9."""

import http.server
import json
import threading
import unittest

from house import House, wait_for


class Webhook:
    """Keeps what it is told; refuses while `closed`."""

    def __init__(self):
        self.told = []
        self.closed = False
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if not outer.closed:
                    outer.told.append((self.path, body))
                self.send_response(503 if outer.closed else 200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook-4711"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Waits(House):
    def test_a_wait_for_a_file_holds_no_slot_and_leaves_one_try_over_a_kill(self):
        self.configure("parallelism: 1\n")
        self.dag("waiting", f"tasks: {{w: {{wait: {{file: '{self.folder}/ready', interval: 200ms}}}}}}")
        self.dag("other", "tasks: {a: {run: 'true'}}")
        self.start()
        run = self.trigger("waiting")
        wait_for("the first look", lambda: self.task("waiting", run, "w")["state"] == "up_for_reschedule")
        self.await_run("other", self.trigger("other"), "success")
        self.kill_daemon()
        self.start()
        (self.folder / "ready").touch()
        self.await_run("waiting", run, "success")
        self.assertEqual(self.task("waiting", run, "w")["try_number"], 1)
        self.assertIn("is not there", self.weir("logs", "waiting", run, "w").stdout)

    def test_a_sub_dag_is_one_run_over_a_kill(self):
        self.dag("outer", "tasks: {t: {dag: {id: inner, params: {n: 3}}}}")
        self.dag("inner", f"""
            params: {{n: 1}}
            tasks: {{a: {{run: 'while [ ! -e {self.folder}/go ]; do sleep 0.05; done; echo $N', env: {{N: "${{{{ params.n }}}}"}}}}}}
            """)
        self.start()
        run = self.trigger("outer")
        wait_for("the inner run", lambda: self.json("runs", "list", "inner")["dag_runs"])
        self.kill_daemon()
        self.start()
        (self.folder / "go").touch()
        self.await_run("outer", run, "success")
        inner = self.json("runs", "list", "inner")["dag_runs"]
        self.assertEqual(len(inner), 1)
        self.assertEqual(inner[0]["conf"], {"n": 3})

    def test_a_person_approves_with_a_form(self):
        self.dag("ask", """
            tasks:
              ok: {approve: {message: "Publish?", form: {limit: {type: integer, minimum: 1}}}}
              after: {needs: ok, run: 'echo limit=$L', env: {L: "${{ tasks.ok.outputs.form.limit }}"}}
            """)
        self.start()
        run = self.trigger("ask")
        wait_for("the question", lambda: self.task("ask", run, "ok")["state"] == "deferred")
        self.assertIn("Publish?", self.weir("tasks", "list", "ask", run).stdout)
        self.assertNotEqual(self.weir("approve", "ask", run, "ok", "-p", "limit=0", check=False).returncode, 0)
        self.kill_daemon()
        self.start()
        self.weir("approve", "ask", run, "ok", "-p", "limit=7")
        self.await_run("ask", run, "success")
        self.assertIn("limit=7", self.weir("logs", "ask", run, "after").stdout)

    def test_a_notification_is_delivered_after_a_kill(self):
        hook = Webhook()
        self.addCleanup(hook.close)
        hook.closed = True
        self.configure("notifiers: {team: {webhook: {env: TEAM_HOOK}}}\n")
        self.dag("failing", "on_failure: [team]\ntasks: {a: {run: 'exit 3', on_failure: {run: 'echo $WEIR_EVENT $WEIR_TASK_ID > told'}}}")
        self.start(env={"TEAM_HOOK": hook.url})
        run = self.trigger("failing")
        self.await_run("failing", run, "failed")
        tried = lambda: [n for n in self.json("notifications")["notifications"] if n["notifier"] and n["reason"]]
        wait_for("an attempt that was refused", tried)
        self.assertIn("503", tried()[0]["reason"])
        self.kill_daemon()
        hook.closed = False
        self.start(env={"TEAM_HOOK": hook.url})
        wait_for("the webhook is told", lambda: hook.told)
        path, message = hook.told[0]
        self.assertEqual((path, message["event"], message["run_id"]), ("/hook-4711", "failure", run))
        wait_for("both are sent", lambda: all(n["state"] == "sent" for n in self.json("notifications")["notifications"]))
        self.assertEqual(self.read("dags/told"), "failure a\n")
        self.assertNotIn("hook-4711", self.read("daemon.log"))

    def test_failures_in_a_row_pause_the_dag(self):
        self.dag("weak", "pause_after_failures: 2\ntasks: {a: {run: 'exit 1'}}")
        self.start()
        for _ in range(2):
            self.await_run("weak", self.trigger("weak"), "failed")
        wait_for("the pause", lambda: self.json("dags", "show", "weak")["is_paused"])
        self.assertIn("2 runs in a row have failed", self.read("daemon.log"))


if __name__ == "__main__":
    unittest.main()
