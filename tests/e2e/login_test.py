"""Logins over TCP, with a real daemon: the first admin, roles, tokens, and what the audit says of all that."""

import http.client
import json
import os
import re
import subprocess
import unittest

from house import PROGRAM, House, wait_for

PASSWORD = "correct horse"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        text = response.read().decode()
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        self.json = json.loads(text) if is_json and text else None


class Browser:
    """Keeps its cookie and sends the CSRF token along, as our pages do. `headers`: what a proxy adds to each request."""

    def __init__(self, port, token=None, headers=None):
        self.port, self.token, self.cookie, self.csrf = port, token, None, None
        self.headers = headers or {}

    def send(self, method, path, body=None):
        headers = dict(self.headers)
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.csrf:
            headers["X-CSRF-Token"] = self.csrf
        if body is not None:
            headers["Content-Type"] = "application/cloudevents+json" if path.endswith("/events") else "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        if answer.headers.get("Set-Cookie"):
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        if answer.json and answer.json.get("csrf_token"):
            self.csrf = answer.json["csrf_token"]
        return answer

    def login(self, name, password=PASSWORD):
        return self.send("POST", "/api/v2/auth/login", {"username": name, "password": password})


class Login(House):
    def configure(self, more):
        (self.folder / "weir.yaml").write_text("listen: 127.0.0.1:0\n" + more)

    def addresses(self):
        return re.findall(r" at http://127\.0\.0\.1:(\d+) after", self.read("daemon.log"))

    def open(self, *options):
        """Starts the daemon with these options of `serve`, and returns its port."""
        before = len(self.addresses())
        self.launch(wrapper=("sh", "-c", 'exec "$@" ' + " ".join(options), "sh"))
        wait_for("the daemon answers", self.answers)
        wait_for("the address", lambda: len(self.addresses()) > before)
        return int(self.addresses()[-1])

    def with_password(self, *words, password=PASSWORD, check=True):
        done = subprocess.run([PROGRAM, "-c", str(self.folder / "weir.yaml"), *words], input=password + "\n",
                              capture_output=True, text=True, cwd=self.folder, timeout=60)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def audit(self, *more):
        return self.json("audit", *more)["event_logs"]

    def test_the_first_admin_comes_by_the_link_in_the_log_and_only_once(self):
        port = self.open()
        link = wait_for("the link", lambda: re.search(r"http://127\.0\.0\.1:\d+/setup#(\S+)", self.read("daemon.log")))
        stranger, ada = Browser(port), Browser(port)
        self.assertEqual(stranger.send("GET", "/api/v2/auth/status").json, {"login": "required", "setup": True})
        self.assertEqual(stranger.send("GET", "/api/v2/dags").status, 401)
        self.assertEqual(stranger.send("GET", "/api/v2/monitor/health").status, 200)
        wanted = {"setup_token": link.group(1), "username": "ada", "password": PASSWORD}
        made = ada.send("POST", "/api/v2/auth/setup", wanted)
        self.assertEqual((made.status, made.json["role"]), (200, "admin"))
        self.assertIn("HttpOnly", made.headers["Set-Cookie"])
        self.assertEqual(ada.send("GET", "/api/v2/dags").status, 200)
        self.assertEqual(stranger.send("POST", "/api/v2/auth/setup", {**wanted, "username": "eve"}).status, 409)
        self.kill_daemon()
        port = self.open()
        self.assertEqual(self.read("daemon.log").count("/setup#"), 1)
        # A restart ends no session.
        ada.port = port
        self.assertEqual(ada.send("GET", "/api/v2/auth/me").json["username"], "ada")
        self.assertEqual(ada.send("POST", "/api/v2/auth/logout").status, 204)
        self.assertEqual(ada.send("GET", "/api/v2/auth/me").status, 401)

    def test_roles_say_who_may_trigger_and_the_audit_says_who_tried(self):
        self.dag("d", "tasks: {t: {run: 'true'}}")
        port = self.open()
        self.with_password("users", "add", "vera", "--role", "viewer")
        self.with_password("users", "add", "uma", "--role", "user")
        short = self.with_password("users", "add", "sam", password="short", check=False)
        self.assertEqual(short.returncode, 2)
        self.assertIn("10 to 1000 bytes", short.stderr)
        vera, uma = Browser(port), Browser(port)
        self.assertEqual(vera.login("vera", "wrong horse").status, 401)
        self.assertEqual(vera.login("vera").status, 200)
        self.assertEqual(uma.login("uma").status, 200)
        refused = vera.send("POST", "/api/v2/dags/d/dagRuns", {})
        self.assertEqual(refused.status, 403)
        self.assertIn("needs the role user, and vera has viewer", refused.json["detail"])
        made = uma.send("POST", "/api/v2/dags/d/dagRuns", {"dag_run_id": "mine", "logical_date": None})
        self.assertEqual((made.status, made.json["triggering_user_name"]), (200, "uma"))
        self.assertEqual(uma.send("POST", "/api/v2/dags/d/dagRuns", {"dag_run_id": "mine"}).status, 409)
        self.assertEqual(uma.send("GET", "/api/v2/eventLogs").status, 403)

        lines = wait_for("the audit", lambda: [x for x in [self.audit("--event", "trigger_dag_run")] if len(x) == 3])[0]
        told = [(line["owner"], line["run_id"], line["outcome"]) for line in reversed(lines)]
        self.assertEqual(told[0][0], "vera")
        self.assertIn("needs the role user", told[0][2])
        self.assertEqual(told[1], ("uma", "mine", "done"))
        self.assertEqual(told[2][:2], ("uma", None))
        self.assertIn("mine", told[2][2])
        self.assertEqual([line["owner"] for line in self.audit("--event", "login_failed")], ["vera"])
        self.assertTrue(self.audit("--owner", "unix:" + subprocess.check_output(["id", "-un"], text=True).strip()))
        self.assertIn("trigger_dag_run", self.weir("audit").stdout)
        self.assertNotIn(PASSWORD, json.dumps(self.audit("--limit", "1000")))

        # Out at once, session and all.
        self.weir("users", "deactivate", "uma")
        self.assertEqual(uma.send("GET", "/api/v2/dags").status, 401)
        self.assertEqual(uma.login("uma").status, 401)

    def test_a_token_for_events_alone_and_one_for_the_command_line(self):
        self.dag("d", "tasks: {t: {run: 'true'}}")
        port = self.open()
        made = self.weir("tokens", "create", "flink", "--role", "user", "--scope", "events")
        flink = Browser(port, token=made.stdout.strip())
        event = {"specversion": "1.0", "id": "1", "source": "test", "type": "nothing"}
        self.assertEqual(flink.send("POST", "/api/v2/events", event).status, 200)
        self.assertEqual(flink.send("POST", "/api/v2/dags/d/dagRuns", {}).status, 403)
        self.assertEqual(flink.send("GET", "/api/v2/dags").status, 403)

        self.with_password("users", "add", "uma", "--role", "user")
        token = Browser(port).send("POST", "/auth/token", {"username": "uma", "password": PASSWORD})
        self.assertEqual(token.status, 201)

        def over_tcp(*words, **more):
            return subprocess.run([PROGRAM, "--url", f"http://127.0.0.1:{port}", *words], capture_output=True,
                                  text=True, env={**os.environ, **more}, timeout=60)

        self.assertEqual(over_tcp("dags", "list").returncode, 6)
        self.assertEqual(over_tcp("dags", "list", WEIR_TOKEN=token.json["access_token"]).returncode, 0)
        file = self.folder / "token"
        file.write_text(token.json["access_token"] + "\n")
        done = over_tcp("trigger", "d", "--json", WEIR_TOKEN_FILE=str(file))
        self.assertEqual(json.loads(done.stdout)["triggering_user_name"], "uma", done.stderr)

        listed = self.json("tokens", "list")["tokens"]
        self.assertEqual([row["name"] for row in listed], ["flink"])
        self.weir("tokens", "revoke", listed[0]["token_id"])
        self.assertEqual(flink.send("POST", "/api/v2/events", {**event, "id": "2"}).status, 401)

    def test_without_logins_everybody_here_is_admin_and_nobody_else_comes_in(self):
        self.configure("auth: off\n")
        port = self.open()
        self.assertIn("LOGINS ARE OFF", self.read("daemon.log"))
        anybody = Browser(port)
        self.assertEqual(anybody.send("GET", "/api/v2/auth/status").json, {"login": "off", "setup": False})
        self.assertEqual(anybody.send("GET", "/api/v2/auth/me").json["username"], "anonymous")
        self.kill_daemon()
        for settings, words in (("auth: off\n", "logins are off"), ("", "insecure_http")):
            (self.folder / "weir.yaml").write_text("listen: 0.0.0.0:0\n" + settings)
            refused = self.weir("serve", check=False)
            self.assertEqual(refused.returncode, 2)
            self.assertIn(words, refused.stderr + refused.stdout)

    def asked_from(self, address):
        """As a request of a page of https://weir.example.com comes through a proxy that keeps its own name for us."""
        return {"X-Forwarded-For": address, "X-Forwarded-Proto": "https", "Origin": "https://weir.example.com"}

    def test_behind_a_proxy_it_counts_who_asked_the_proxy(self):
        self.configure("allowed_hosts: [weir.example.com]\n")
        port = self.open("--behind-proxy 127.0.0.1")
        self.with_password("users", "add", "ada", "--role", "admin")
        eve = Browser(port, headers=self.asked_from("198.51.100.1, 203.0.113.66"))
        for number in range(20):
            self.assertEqual(eve.login(f"nobody{number}").status, 401)
        self.assertEqual(eve.login("nobody").status, 429)
        ada = Browser(port, headers=self.asked_from("203.0.113.7"))
        made = ada.login("ada")
        self.assertEqual(made.status, 200)
        self.assertIn("; Secure", made.headers["Set-Cookie"])
        self.assertEqual(ada.send("POST", "/api/v2/auth/logout").status, 204)
        told = {(line["event"], json.loads(line["extra"])["address"]) for line in self.audit("--limit", "1000")}
        self.assertLessEqual({("login", "203.0.113.7"), ("login_failed", "203.0.113.66")}, told)
        # The metrics are for this machine's own programs, and whoever asked the proxy is none.
        self.assertEqual(Browser(port).send("GET", "/metrics").status, 200)
        self.assertEqual(Browser(port, headers=self.asked_from("203.0.113.7")).send("GET", "/metrics").status, 401)

    def test_without_a_proxy_nobody_is_believed_to_be_one(self):
        self.configure("allowed_hosts: [weir.example.com]\n")
        port = self.open()
        self.with_password("users", "add", "ada", "--role", "admin")
        forwarded = self.asked_from("203.0.113.7")
        self.assertEqual(Browser(port, headers=forwarded).login("ada").status, 403)
        del forwarded["Origin"]
        made = Browser(port, headers=forwarded).login("ada")
        self.assertEqual(made.status, 200)
        self.assertNotIn("Secure", made.headers["Set-Cookie"])
        addresses = [json.loads(line["extra"])["address"] for line in self.audit("--event", "login")]
        self.assertRegex(addresses[0], r"^127\.0\.0\.1:\d+$")

    def test_a_proxy_is_named_by_its_address(self):
        refused = self.weir("serve", "--behind-proxy", "nginx", check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("behind_proxy: 'nginx' is no IP address", refused.stderr + refused.stdout)


if __name__ == "__main__":
    unittest.main()
