"""The API of a House's daemon, asked over its Unix socket without any client of ours in between."""

import json
import sys
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.openapi import Document  # noqa: E402
from tests.support.unix_connection import UnixConnection  # noqa: E402

PATIENCE = 60  # seconds


class Answer:
    def __init__(self, response, text):
        self.status = response.status
        self.type = response.getheader("Content-Type", "")
        self.headers = response.headers
        self.text = text
        self.json = json.loads(text) if self.type.startswith("application/json") and text else None


class Api:
    def __init__(self, folder):
        self.socket = Path(folder) / ".weir" / "weir.sock"

    def ask(self, method, target, body=None, headers=None, whole=True):
        """`body`: bytes as they are, else JSON. Without `whole` only the head is read: of streams."""
        connection = UnixConnection(self.socket, PATIENCE)
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, target, body=body, headers=headers)
            response = connection.getresponse()
            return Answer(response, response.read() if whole else b"")
        finally:
            connection.close()

    def get(self, target, **options):
        return self.ask("GET", target, **options)

    def document(self):
        return Document(self.get("/api/v2/openapi.json").json)


def filled(path, values):
    """A path of the document with its parameters' values in it."""
    for name, value in values.items():
        path = path.replace("{" + name + "}", quote(str(value), safe=""))
    return path
