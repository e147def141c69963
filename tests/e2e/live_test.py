"""The live stream, followed logs, pages and TLS of a real daemon, as clients see them over its sockets."""

import http.client
import json
import re
import signal
import socket
import ssl
import subprocess
import threading
import unittest

from house import PATIENCE, House, wait_for
from unix_connection import UnixConnection


class Stream:
    """What one live stream has been sent so far; read on a thread of its own until it ends."""

    def __init__(self, path, target, headers=None):
        connection = UnixConnection(path, PATIENCE)
        connection.request("GET", target, headers=headers or {})
        self.answer = connection.getresponse()
        self.text = ""
        self.ended = threading.Event()
        self.cut = False
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            while piece := self.answer.read1(65536):
                self.text += piece.decode()
        except (OSError, http.client.HTTPException):
            self.cut = True
        self.ended.set()

    def changes(self):
        lines = [line for line in self.text.splitlines() if line.startswith('data: {"changes"')]
        return [change for line in lines for change in json.loads(line[len("data: ") :])["changes"]]

    def last_id(self):
        return [line for line in self.text.splitlines() if line.startswith("id: ")][-1][len("id: ") :]


class Live(House):
    def socket(self):
        return self.folder / ".weir" / "weir.sock"

    def stream(self, target="/api/v2/live", headers=None):
        stream = Stream(self.socket(), target, headers)
        self.assertEqual(stream.answer.status, 200)
        return stream

    def get(self, target, headers=None):
        connection = UnixConnection(self.socket(), PATIENCE)
        connection.request("GET", target, headers=headers or {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def test_a_run_is_heard_of_from_its_beginning_to_its_end(self):
        self.dag("etl", "tasks: {extract: {run: 'true'}}")
        self.start()
        stream = self.stream("/api/v2/live?dag_id=etl")
        other = self.stream("/api/v2/live?dag_id=other")
        run = self.trigger("etl")
        ended = {"kind": "run", "dag_id": "etl", "run_id": run, "state": "success"}
        wait_for("the run's end", lambda: ended in stream.changes())
        done = {"kind": "task", "dag_id": "etl", "run_id": run, "task_id": "extract", "map_index": -1}
        self.assertIn({**done, "state": "success", "try_number": 1}, stream.changes())
        self.dag("fresh", "tasks: {a: {run: 'true'}}")
        wait_for("the catalog has changed", lambda: {"kind": "catalog"} in other.changes())
        self.assertNotIn("etl", other.text)

    def test_a_stream_goes_on_where_it_was_and_is_told_to_reload_after_a_restart(self):
        self.dag("etl", "tasks: {extract: {run: 'true'}}")
        self.start()
        stream = self.stream()
        wait_for("the first id", lambda: "id: " in stream.text)
        seen = stream.last_id()
        run = self.trigger("etl")
        self.await_success("etl", run)
        again = self.stream(headers={"Last-Event-ID": seen})
        wait_for("what was missed", lambda: f'"run_id":"{run}","state":"success"' in again.text)
        self.kill_daemon(signal.SIGTERM)
        self.assertTrue(stream.ended.wait(PATIENCE))
        self.start()
        after = self.stream(headers={"Last-Event-ID": again.last_id()})
        wait_for("the order to reload", lambda: "event: reload\ndata: {}\n" in after.text)

    def await_success(self, dag, run):
        wait_for(f"{run} succeeds", lambda: self.run_state(dag, run) == "success")

    def test_a_log_is_followed_to_its_end(self):
        gate = self.folder / "gate"
        self.dag("slow", f"tasks: {{talk: {{run: 'echo one; until [ -e {gate} ]; do sleep 0.05; done; echo two'}}}}")
        self.start()
        run = self.trigger("slow")
        wait_for("the task runs", lambda: (self.task("slow", run, "talk") or {}).get("state") == "running")
        log = f"/api/v2/dags/slow/dagRuns/{run}/taskInstances/talk/logs/1"
        followed = self.stream(log + "?follow=true", {"Accept": "text/plain"})
        wait_for("the first line", lambda: followed.text == "one\n")
        self.assertFalse(followed.ended.is_set())
        gate.touch()
        self.assertTrue(followed.ended.wait(PATIENCE))
        self.assertEqual((followed.text, followed.cut), ("one\ntwo\n", False))
        answer, body = self.get(log, {"Accept": "text/plain", "Range": "bytes=4-6"})
        self.assertEqual((answer.status, body), (206, b"two"))

    def test_stopping_cuts_streams_and_followed_logs_at_once(self):
        self.dag("slow", "tasks: {talk: {run: 'echo one; sleep 600'}}")
        self.start()
        run = self.trigger("slow")
        wait_for("the task runs", lambda: (self.task("slow", run, "talk") or {}).get("state") == "running")
        log = f"/api/v2/dags/slow/dagRuns/{run}/taskInstances/talk/logs/1?follow=true"
        followed = self.stream(log, {"Accept": "text/plain"})
        stream = self.stream()
        wait_for("the first line", lambda: followed.text == "one\n")
        self.kill_daemon(signal.SIGTERM)
        self.assertTrue(stream.ended.wait(PATIENCE) and followed.ended.wait(PATIENCE))
        # The log goes on: its follower must not take this for its end.
        self.assertTrue(followed.cut)

    def test_pages_are_served_where_the_api_is_not(self):
        self.start()
        for path in ("/", "/dags/etl", "/dags/etl.daily"):
            answer, body = self.get(path)
            self.assertEqual((answer.status, answer.getheader("Content-Type")), (200, "text/html; charset=utf-8"))
            self.assertIn(b"<title>", body)
        answer, _ = self.get("/", {"If-None-Match": answer.getheader("ETag")})
        self.assertEqual(answer.status, 304)
        self.assertEqual(self.get("/api/v2/nothing")[0].status, 404)


class Tls(House):
    def certificate(self, name):
        """Over the one before, as a renewal does it."""
        for kind in ("cert", "key"):
            (self.folder / f"{kind}.new").unlink(missing_ok=True)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
             "-out", str(self.folder / "cert.new"), "-keyout", str(self.folder / "key.new")],
            check=True,
            capture_output=True,
        )  # fmt: skip
        for kind in ("cert", "key"):
            (self.folder / f"{kind}.new").rename(self.folder / f"{kind}.pem")

    def port(self):
        found = re.search(r"https://127\.0\.0\.1:(\d+)", self.read("daemon.log"))
        return int(found.group(1)) if found else None

    def served_name(self):
        """The certificate as it is, once our own copy of it is trusted; None for another."""
        context = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        context.check_hostname = False
        try:
            with socket.create_connection(("127.0.0.1", self.port()), PATIENCE) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as encrypted:
                    return dict(entry for part in encrypted.getpeercert()["subject"] for entry in part)["commonName"]
        except ssl.SSLCertVerificationError:
            return None

    def test_https_is_spoken_where_tls_is_set_and_a_renewed_certificate_is_taken_up(self):
        self.certificate("first.example")
        self.configure("listen: 127.0.0.1:0\ntls: {certificate: cert.pem, key: key.pem}\n")
        self.start()
        port = wait_for("the address in the log", self.port)
        context = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        context.check_hostname = False
        secure = http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=context)
        secure.request("GET", "/api/v2/monitor/health")
        answer = secure.getresponse()
        self.assertEqual((answer.status, bool(answer.read())), (200, True))

        plain = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        plain.request("GET", "/api/v2/monitor/health")
        answer = plain.getresponse()
        self.assertEqual(answer.status, 400)
        self.assertIn("https://", json.loads(answer.read())["detail"])
        plain.close()

        self.certificate("second.example")
        self.daemon.send_signal(signal.SIGHUP)
        wait_for("the new certificate after SIGHUP", lambda: self.served_name() == "second.example")
        self.certificate("third.example")
        wait_for("the new certificate by itself", lambda: self.served_name() == "third.example")
        secure.request("GET", "/api/v2/version")  # on the connection from before
        self.assertEqual(secure.getresponse().status, 200)
        secure.close()

    def test_a_certificate_that_is_not_there_ends_the_start_in_words(self):
        self.configure("listen: 127.0.0.1:0\ntls: {certificate: cert.pem, key: key.pem}\n")
        self.launch()
        self.assertNotEqual(self.daemon.wait(PATIENCE), 0)
        self.assertIn(f"the certificate {self.folder}/cert.pem can't be read", self.read("daemon.log"))

    def configure(self, more):
        (self.folder / "weir.yaml").write_text(more or "listen: off\n")


if __name__ == "__main__":
    unittest.main()
