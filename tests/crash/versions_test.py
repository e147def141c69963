"""A supervisor of another version than the daemon's still holds its tasks when a new daemon comes."""

import fcntl
import os
import signal
import socket
import struct

import side_by_side
from workload import Api, House, wait_for

OTHER_VERSION = 200
WELCOME = 0  # its place among the reports of executors/wire/messages.hpp; it and HELLO never change


class OtherSupervisor:
    """Its lock and its socket. It greets with its version and closes, as peers.cpp does."""

    def __init__(self, folder):
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.serve(folder)
            finally:
                os._exit(1)

    @staticmethod
    def serve(folder):
        lock = open(folder / "supervisor.lock", "w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "supervisor.sock"))
        listener.listen()
        text = b"another"
        welcome = struct.pack("<BB", WELCOME, OTHER_VERSION) + 2 * (struct.pack("<I", len(text)) + text) + struct.pack("<q", os.getpid())
        while True:
            connection, _ = listener.accept()
            connection.recv(4096)
            connection.sendall(struct.pack("<I", len(welcome)) + welcome)
            connection.close()

    def end(self):
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)
            self.pid = 0


class Versions(House):
    def setUp(self):
        super().setUp()
        (self.folder / ".weir").mkdir(mode=0o700)
        self.other = OtherSupervisor(self.folder / ".weir")
        self.addCleanup(self.other.end)
        wait_for("the other supervisor listens", (self.folder / ".weir/supervisor.sock").exists)
        self.dag("d", f"tasks: {{t: {{run: 'echo ran >> {self.folder}/trace'}}}}")
        self.start()

    def health(self):
        return Api(self.folder).get("/api/v2/monitor/health").json

    def test_it_is_left_alone_nothing_starts_and_the_daemon_says_why(self):
        run = self.trigger("d")
        wait_for("the log says so", lambda: "another version of Weir" in self.read("daemon.log"))
        self.assertEqual(os.waitpid(self.other.pid, os.WNOHANG), (0, 0))
        health = self.health()
        self.assertEqual(health["scheduler"]["status"], "unhealthy")
        self.assertIn("another version of Weir", health["problem"])
        self.assertEqual(self.task("d", run, "t")["state"], "scheduled")
        self.assertEqual(self.read("trace"), "")

    def test_when_it_has_ended_the_daemon_goes_on_by_itself(self):
        run = self.trigger("d")
        wait_for("the log says so", lambda: "another version of Weir" in self.read("daemon.log"))
        self.other.end()
        self.await_run("d", run, "success")
        self.assertEqual(self.read("trace").split(), ["ran"])
        self.assertEqual((self.health()["scheduler"]["status"], self.health()["problem"]), ("healthy", None))


if __name__ == "__main__":
    side_by_side.main()
