"""What a benchmark says: a line for people on stdout, and a row for `./dev bench` in the file that $WEIR_BENCH_ROWS names."""

import json
import os


def row(workload, figure, unit, goal=None, floor=None, ratio=None, met=None, size=None):
    """`ratio` is of the floor, as the goal words it; `met`: whether the goal is; `size`: its place on a curve of cost against size."""
    line = f"{workload:58} {figure:>10,.2f} {unit}"
    if floor is not None:
        line += f"   floor {floor:,.2f}"
    if ratio is not None:
        line += f"   ratio {ratio:.2f}"
    if goal:
        line += f"   goal {goal}: {'met' if met else 'MISSED'}"
    print(line, flush=True)
    if path := os.environ.get("WEIR_BENCH_ROWS"):
        values = dict(workload=workload, figure=figure, unit=unit, goal=goal, floor=floor, ratio=ratio, met=met, size=size)
        with open(path, "a") as rows:
            rows.write(json.dumps(values) + "\n")
