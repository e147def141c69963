"""What a person waits for in the browser: the first page, a graph of ten thousand tasks, a grid of a hundred runs, and how smoothly both move.

Debian's Chromium, without a graphics card, at the pages of a real daemon over loopback. `pages.mjs` clicks and looks at the clock.

    pages.py [--tasks 10000] [--runs 100] [--rounds 10]
"""

import argparse
import gzip
import json
import os
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

BENCH = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCH.parent / "tests" / "support"))

from daemon import Weir  # noqa: E402
from past import copy_run  # noqa: E402
from rows import within  # noqa: E402
from unix_connection import UnixConnection  # noqa: E402

PROGRAM = Path(os.environ["WEIR_PROGRAM"])
PAGES = PROGRAM.parent / "ui"
LIMIT = 240  # seconds for one step
SETTINGS = "listen: 127.0.0.1:{port}\nauth: off\ndata: {folder}/data\ndags: {folder}/dags\nparallelism: 16\n"
ROWS = 500  # tasks of the grid
LAYER = 100  # tasks of the graph that stand in one column


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def graph_of(tasks):
    """Layers, each task with three needs in the one before. The first fails, so that a run of it gives each task a state, with one process."""
    draw = random.Random(7)
    lines = ["tasks:", "  first: {run: [/bin/false]}"]
    for number in range(1, tasks):
        layer = (number - 1) // LAYER
        needs = {f"task_{draw.randrange((layer - 1) * LAYER, layer * LAYER) + 1}" for _ in range(3)} if layer else {"first"}
        lines.append(f"  task_{number}: {{run: [/bin/true], needs: [{', '.join(sorted(needs))}]}}")
    return "\n".join(lines) + "\n"


def grid_of(rows):
    """Every seventh fails."""
    return "tasks:\n" + "\n".join(f"  task_{number}: {{run: [/bin/{'true' if number % 7 else 'false'}]}}" for number in range(rows)) + "\n"


def take(connection, dag):
    """One run of it, to its end."""
    deadline = time.monotonic() + LIMIT
    run = connection.ask("POST", f"/api/v2/dags/{dag}/dagRuns", {})["dag_run_id"]
    while connection.ask("GET", f"/api/v2/dags/{dag}/dagRuns/{run}")["state"] not in ("success", "failed"):
        if time.monotonic() > deadline:
            raise SystemExit(f"the run of {dag} has not ended after {LIMIT} s")
        time.sleep(0.1)


def measured(url, rounds):
    """What pages.mjs tells: {what: [milliseconds]}. Its browser ends with it."""
    child = subprocess.Popen(["node", BENCH / "pages.mjs", url, PAGES / "source", str(rounds)], stdout=subprocess.PIPE, text=True)
    try:
        text, _ = child.communicate(timeout=LIMIT)
    except BaseException:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
        raise
    if child.returncode != 0:
        raise SystemExit(f"pages.mjs ended with {child.returncode}")
    return json.loads(text)


def bundle_kb(url):
    """Of every file of the pages, as the daemon sends it to who takes gzip."""
    size = 0
    for file in (PAGES / "dist").rglob("*"):
        if not file.is_file():
            continue
        request = urllib.request.Request(f"{url}/{file.relative_to(PAGES / 'dist')}", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = answer.read()
            plain = gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body
        if plain != file.read_bytes():
            raise SystemExit(f"{file} is not what the daemon serves; build it anew")
        size += len(body)
    return size / 1024


def tell(title, times, goal):
    within(f"{title}, median of {len(times)}", statistics.median(times), "ms", goal)
    within(f"{title}, worst", max(times), "ms", goal)


def tell_frames(title, times):
    within(f"{title}: a frame, p99 of {len(times)}", sorted(times)[len(times) * 99 // 100], "ms", 33.4)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--tasks", type=int, default=10_000)
    arguments.add_argument("--runs", type=int, default=100)
    arguments.add_argument("--rounds", type=int, default=10)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "dags").mkdir()
        (folder / "dags" / "graph.yaml").write_text(graph_of(options.tasks))
        (folder / "dags" / "grid.yaml").write_text(grid_of(ROWS))
        port = free_port()
        (folder / "weir.yaml").write_text(SETTINGS.format(port=port, folder=folder))
        daemon = (PROGRAM, folder / "weir.yaml", folder / "data", folder / "daemon.log")
        with Weir(*daemon):
            take(UnixConnection(folder / "data" / "weir.sock", LIMIT), "grid")
        with sqlite3.connect(folder / "data" / "weir.db") as database:
            database.execute("DELETE FROM task_try")  # a grid shows none, and copies of them would only take time
            database.commit()
            copy_run(database, options.runs - 1)
        database.close()
        with Weir(*daemon):
            take(UnixConnection(folder / "data" / "weir.sock", LIMIT), "graph")
            url = f"http://127.0.0.1:{port}"
            times = measured(url, options.rounds)
            size = bundle_kb(url)
    tell("first page, navigation to painted heading", times["first"], 300)
    graph = f"graph of {options.tasks:,} tasks"
    tell(f"{graph}, click to painted and answering a key", times["graph"], 1500)
    tell_frames(f"{graph}, moved", times["near"])
    tell_frames(f"{graph}, all of it in view, moved", times["far"])
    tell_frames(f"{graph}, zoomed", times["zoom"])
    grid = f"grid of {options.runs} runs x {ROWS} tasks"
    tell(f"{grid}, click to painted", times["grid"], 1000)
    tell_frames(f"{grid}, scrolled", times["scroll"])
    within("the pages, gzipped", size, "KB", 250)


main()
