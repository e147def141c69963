"""Every benchmark that has a goal, one after another: a table of figure, floor, ratio and goal.

The rows are kept as JSON, with the machine they were measured on, and drawn as a plot of cost against size, both below build/bench.

    all.py
"""

import datetime
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from plot import plot

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(os.environ["WEIR_PROGRAM"]).parent / "bench"
KEPT = ROOT / "build" / "bench"

# The long ones come last, so that what goes wrong does so early.
BENCHMARKS = [
    ["core"],
    ["definitions"],
    ["engine"],
    ["latency"],
    ["adoption"],
    ["live"],
    ["pages"],
    ["turn"],
    ["history"],
    ["join"],
    ["dags"],
    ["load"],
    ["load", "10000000"],
]


def machine():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": commit,
        "processor": processor,
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "load_before": os.getloadavg()[0],
    }


def command(name, *arguments):
    script = ROOT / "bench" / f"{name}.py"
    program = [sys.executable, "-B", script] if script.exists() else [PROGRAMS / f"bench_{name}"]
    return [*program, *arguments]


def cell(value, digits=2):
    return "" if value is None else f"{value:,.{digits}f}"


def table(rows):
    heads = ["workload", "figure", "", "floor", "ratio", "goal", ""]
    lines = [
        [
            row["workload"],
            cell(row["figure"]),
            row["unit"],
            cell(row["floor"]),
            cell(row["ratio"]),
            row["goal"] or "",
            {True: "met", False: "MISSED", None: ""}[row["met"]],
        ]
        for row in rows
    ]
    widths = [max(len(line[i]) for line in [heads, *lines]) for i in range(len(heads))]
    numbers = {1, 3, 4}
    for line in [heads, *lines]:
        yield "  ".join(text.rjust(width) if i in numbers else text.ljust(width) for i, (text, width) in enumerate(zip(line, widths))).rstrip()


def main():
    KEPT.mkdir(parents=True, exist_ok=True)
    about = machine()
    kept = KEPT / f"{about['date'][:19].replace(':', '')}.json"
    lines = kept.with_suffix(".rows")
    failed = []
    for benchmark in BENCHMARKS:
        print(f"\n== {' '.join(benchmark)}", flush=True)
        if subprocess.run(command(*benchmark), env={**os.environ, "WEIR_BENCH_ROWS": str(lines)}).returncode != 0:
            failed.append(" ".join(benchmark))
    rows = [json.loads(line) for line in lines.read_text().splitlines()] if lines.exists() else []
    lines.unlink(missing_ok=True)
    kept.write_text(json.dumps({**about, "rows": rows}, indent=1) + "\n")
    drawing = kept.with_suffix(".svg")
    drawing.write_text(plot(rows))
    print(f"\n== {about['processor']}, {about['cores']} cores, Linux {about['kernel']}, {about['commit']}\n")
    for line in table(rows):
        print(line)
    with_goal = [row for row in rows if row["goal"]]
    print(f"\n{sum(row['met'] for row in with_goal)} of {len(with_goal)} goals met; kept in {kept.relative_to(ROOT)} and {drawing.relative_to(ROOT)}")
    for name in failed:
        print(f"bench {name} failed", file=sys.stderr)
    return 1 if failed else 0


sys.exit(main())
