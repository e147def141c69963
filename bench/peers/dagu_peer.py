"""Dagu: its one program, with the state of each run in a file.

Its times have whole seconds. A run's end is told by when its file was last written, and its start is when it was asked for.
The files are read rather than the API asked: for each answer Dagu would read the file of a large run from its beginning.
"""

import json
import mmap
import re
import time

from make import dagu
from peer import Peer, free_port, install
from workloads import SLOTS

PACKAGE = "@dagu-org/dagu-linux-x64@1.30.2"
STATUS = re.compile(rb'"attemptId":"\w*","status":(\d)')
STEP_STATUS = re.compile(rb'"status":4,"doneCount"')
SUCCEEDED = 4
FAILED = (2, 3, 6, 8)  # failed, aborted, in part, rejected


def last_line(path):
    """What the file says now: each change is a line of the whole run."""
    with open(path, "rb") as file:
        try:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
                return text[text.rfind(b"\n", 0, len(text) - 1) + 1 :]
        except ValueError:  # still empty
            return b""


class Dagu(Peer):
    name = "dagu"

    def begin(self):
        folder = install("dagu", ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE])
        program = folder / "node_modules" / "@dagu-org" / "dagu-linux-x64" / "bin" / "dagu"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/api/v2"
        self.finals = {}
        (self.folder / "dags").mkdir()
        (self.folder / "dags" / "peer.yaml").write_text(json.dumps(dagu(self.workload)))
        queue = {"name": "peer", "maxConcurrency": SLOTS}
        (self.folder / "config.yaml").write_text(json.dumps({"queues": {"enabled": True, "config": [queue]}}))
        settings = {
            "HOME": self.folder,
            "HOST": "127.0.0.1",
            "PORT": port,
            "COORDINATOR_HOST": "127.0.0.1",
            "COORDINATOR_PORT": free_port(),
            "SCHEDULER_PORT": 0,  # no page on its health, which would listen everywhere
            "HEADLESS": "true",
            "AUTH_MODE": "none",
            "SKIP_EXAMPLES": "true",
        }
        self.environment |= {f"DAGU_{name}": str(value) for name, value in settings.items()}
        self.start(program, "start-all")
        self.wait_for(lambda: self.ask("GET", "/dags/peer"))

    def trigger(self, _):
        self.asked = time.time()
        # Only a queue has room for so many and no more.
        self.ask("POST", f"/dags/peer/{'enqueue' if self.workload.runs > 1 else 'start'}", {})

    def files(self):
        return (self.folder / "data" / "dag-runs").glob("peer/dag-runs/*/*/*/*/attempt_*/status.jsonl")

    def ended(self):
        for path in self.files():
            if path not in self.finals and (found := STATUS.search(last_line(path)[:1000])):
                if (status := int(found[1])) in (SUCCEEDED, *FAILED):
                    self.finals[path] = status
        succeeded = sum(status == SUCCEEDED for status in self.finals.values())
        return succeeded, len(self.finals) - succeeded

    def tasks_ended(self):
        return sum(len(STEP_STATUS.findall(last_line(path))) for path in self.files())

    def span(self):
        return self.asked, max(path.stat().st_mtime for path in self.finals)
