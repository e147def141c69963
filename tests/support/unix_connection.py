"""HTTP over a daemon's Unix socket, from the standard library's client alone."""

import http.client
import json
import socket


class UnixConnection(http.client.HTTPConnection):
    """`timeout`: seconds, for each wait on the socket."""

    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def ask(self, method, target, body=None, kind="application/json"):
        """JSON there and back; whatever isn't 200 is an error."""
        content = None if body is None else json.dumps(body)
        self.request(method, target, content, {} if body is None else {"Content-Type": kind})
        answer = self.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {target}: {answer.status} {text.decode()}")
        return json.loads(text)
