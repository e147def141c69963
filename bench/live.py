"""The live stream under load: 500 streams and one client that never reads, while runs go through.

Whoever listens must not slow the loop down: what its thread takes for a task instance with the streams is held against what it
takes without. (The rate of the whole is told too; the process that reads 500 streams shares the cores with the daemon.)

    live.py [--streams 500] [--instances 1000] [--events 200]
"""

import argparse
import json
import multiprocessing
import os
import selectors
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from daemon import Weir  # noqa: E402
from rows import at_most, row, within  # noqa: E402
from unix_connection import UnixConnection  # noqa: E402

PROGRAM = os.environ["WEIR_PROGRAM"]
LIMIT = 300  # seconds for everything of one step
SETTINGS = "listen: off\ndata: {folder}/data\ndags: {folder}/dags\nparallelism: 16\n"
FAN = "tasks: {{each: {{foreach: {{range: [1, {count}, 1]}}, run: [/bin/true]}}}}\n"
REQUEST = b"GET /api/v2/live HTTP/1.1\r\nHost: localhost\r\n\r\n"


def open_stream(path):
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(str(path))
    stream.sendall(REQUEST)
    return stream


def read_streams(path, count, ready, stop, result):
    """A process of its own, so that its work is not the measuring one's."""
    selector = selectors.DefaultSelector()
    streams = [open_stream(path) for _ in range(count)]
    seen = dict.fromkeys(streams, 0)
    for stream in streams:
        selector.register(stream, selectors.EVENT_READ)
    while not stop.is_set():
        for key, _ in selector.select(0.2):
            piece = key.fileobj.recv(1 << 18)
            if not piece:
                selector.unregister(key.fileobj)
            seen[key.fileobj] += len(piece)
        if all(seen.values()):
            ready.set()
    result.put((sum(seen.values()), len(selector.get_map())))


class Ear:
    """When one stream hears of each event."""

    def __init__(self, path):
        self.heard = {}
        self.socket = open_stream(path)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        rest = b""
        while piece := self.socket.recv(1 << 18):
            now = time.perf_counter()
            rest += piece
            *lines, rest = rest.split(b"\n")
            for line in lines:
                if line.startswith(b'data: {"changes"'):
                    for change in json.loads(line[6:])["changes"]:
                        if change["kind"] == "event":
                            self.heard[change["event_id"]] = now


def core_seconds(pid):
    """Processor time of the loop's thread."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        if (thread / "comm").read_text().strip() == "weir-core":
            return int((thread / "schedstat").read_text().split()[0]) / 1e9
    raise SystemExit("the daemon has no thread of the name weir-core")


def fan_out(path, count, pid):
    """Task instances a second, and microseconds of the loop for each."""
    before = core_seconds(pid)
    connection = UnixConnection(path, LIMIT)
    began = time.perf_counter()
    run = connection.ask("POST", "/api/v2/dags/fan/dagRuns", {})["dag_run_id"]
    while (state := connection.ask("GET", f"/api/v2/dags/fan/dagRuns/{run}")["state"]) not in ("success", "failed"):
        time.sleep(0.02)
    assert state == "success", state
    return count / (time.perf_counter() - began), 1e6 * (core_seconds(pid) - before) / count


def post_events(path, count, tag):
    """Events a second, one at a time, and when each was committed."""
    connection = UnixConnection(path, LIMIT)
    committed = {}
    began = time.perf_counter()
    for number in range(count):
        event = {"specversion": "1.0", "id": f"{tag}{number}", "source": "/bench", "type": "ping"}
        answer = connection.ask("POST", "/api/v2/events", event, "application/cloudevents+json")
        committed[answer["events"][0]["event_id"]] = time.perf_counter()
    return count / (time.perf_counter() - began), committed


def resident(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def heard(title, ear, committed):
    deadline = time.monotonic() + 10
    while not committed.keys() <= ear.heard.keys() and time.monotonic() < deadline:
        time.sleep(0.01)
    late = sorted((ear.heard[event] - at) * 1e3 for event, at in committed.items() if event in ear.heard)
    if len(late) < len(committed):
        raise SystemExit(f"{len(committed) - len(late)} of {len(committed)} events were not heard of")
    row(f"{title}: a commit is heard of after, median", statistics.median(late), "ms")
    row(f"{title}: a commit is heard of after, p99", late[len(late) * 99 // 100], "ms")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--streams", type=int, default=500)
    arguments.add_argument("--instances", type=int, default=1000)
    arguments.add_argument("--events", type=int, default=200)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "dags").mkdir()
        (folder / "dags" / "fan.yaml").write_text(FAN.format(count=options.instances))
        (folder / "weir.yaml").write_text(SETTINGS.format(folder=folder))
        with Weir(PROGRAM, folder / "weir.yaml", folder / "data", folder / "daemon.log") as weir:
            path = folder / "data" / "weir.sock"
            pid = weir.process.pid
            fan_out(path, options.instances, pid)  # warm
            alone, loop_alone = fan_out(path, options.instances, pid)
            events_alone, _ = post_events(path, options.events, "a")
            memory_alone = resident(pid)

            ready, stop, result = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Queue()
            reader = multiprocessing.Process(target=read_streams, args=(path, options.streams, ready, stop, result))
            reader.start()
            if not ready.wait(60):
                raise SystemExit("the streams did not open")
            lazy = open_stream(path)
            ear = Ear(path)
            _, committed = post_events(path, options.events, "b")
            title = f"{options.streams} live streams and one that never reads"
            heard(title, ear, committed)
            watched, loop_watched = fan_out(path, options.instances, pid)
            events_watched, _ = post_events(path, options.events, "c")
            at_most(f"{title}: the loop, for a task instance", loop_watched, "us", 1.1, loop_alone, "that without them")
            for what, with_them, without in (("task instances", watched, alone), ("events", events_watched, events_alone)):
                row(f"{title}: {what}", with_them, f"{what}/s", None, without, with_them / without)
            load = threading.Thread(target=fan_out, args=(path, options.instances, pid))
            load.start()
            _, committed = post_events(path, options.events, "d")
            heard("the same while instances run", ear, committed)
            load.join()
            within(f"{title}: resident memory", resident(pid), "MB", 64, memory_alone)
            stop.set()
            total, left = result.get(timeout=60)
            reader.join()
            lazy.close()
            if left != options.streams:
                raise SystemExit(f"only {left} of {options.streams} streams were open to the end")
            row(f"{title}: sent to them", total / 1e6, "MB")


main()
