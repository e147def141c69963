"""What a benchmark says: a line for people on stdout, and a row for `./dev bench` in the file that $WEIR_BENCH_ROWS names.

`curve` and `size`: this row is a point of a curve of cost against size.
"""

import json
import os


def row(workload, figure, unit, goal=None, floor=None, ratio=None, met=None, curve=None, size=None):
    """`ratio` is of the floor, as the goal words it; `met`: whether the goal is."""
    line = f"{workload:62} {figure:>12,.2f} {unit}"
    if floor is not None:
        line += f"   floor {floor:,.2f}"
    if ratio is not None:
        line += f"   ratio {ratio:.2f}"
    if goal:
        line += f"   goal {goal}: {'met' if met else 'MISSED'}"
    print(line, flush=True)
    if path := os.environ.get("WEIR_BENCH_ROWS"):
        values = dict(workload=workload, figure=figure, unit=unit, goal=goal, floor=floor, ratio=ratio, met=met, curve=curve, size=size)
        with open(path, "a") as rows:
            rows.write(json.dumps(values) + "\n")


def at_least(workload, figure, unit, share, floor, of="the floor's rate", **place):
    """A rate, held against that of the floor."""
    ratio = figure / floor
    row(workload, figure, unit, f">= {share} of {of}", floor, ratio, ratio >= share, **place)


def at_most(workload, figure, unit, times, floor, of="the floor", **place):
    """A time or an amount, held against that of the floor."""
    ratio = figure / floor
    row(workload, figure, unit, f"<= {times} x {of}", floor, ratio, ratio <= times, **place)


def within(workload, figure, unit, most, floor=None, **place):
    """An amount that is bounded by itself; the floor is only told."""
    row(workload, figure, unit, f"<= {most} {unit}", floor, None, figure <= most, **place)
