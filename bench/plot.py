"""Cost against size: what one task, row or DAG costs as there are more of them, beside its floor, as an SVG. A flat line scales."""

import html
import math

WIDTH, HEIGHT = 900, 520
LEFT, RIGHT, TOP, BOTTOM = 70, 330, 30, 50
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d1f", "#56b4e9", "#7f3c8d", "#444444"]
MICROSECONDS = {"us": 1, "ms": 1e3, "s": 1e6}

STYLE = """
text { font: 12px sans-serif; fill: #222 } .grid { stroke: #ddd } .curve { fill: none; stroke-width: 2 } .floor { stroke-dasharray: 5 4; stroke-width: 1.5 }
svg { background: #fff }
@media (prefers-color-scheme: dark) { svg { background: #16181d } text { fill: #ddd } .grid { stroke: #333 } }
"""


def cost_of_one(value, unit, size):
    """Microseconds. A time is that of all of them; a rate says how many there are in a second."""
    if value is None:
        return None
    return 1e6 / value if unit.endswith("/s") else value * MICROSECONDS[unit] / size


def curves_of(rows):
    """{name: [(size, cost, cost of the floor)]} of those that have several sizes."""
    curves = {}
    for row in rows:
        if row.get("curve"):
            figure, floor = (cost_of_one(row[key], row["unit"], row["size"]) for key in ("figure", "floor"))
            curves.setdefault(row["curve"], []).append((row["size"], figure, floor))
    return {name: sorted(points) for name, points in curves.items() if len(points) > 1}


class Axis:
    """Logarithmic; whole decades."""

    def __init__(self, values, start, end):
        self.low, self.high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        self.high = max(self.high, self.low + 1)
        self.start, self.end = start, end

    def place(self, value):
        return self.start + (math.log10(value) - self.low) / (self.high - self.low) * (self.end - self.start)

    def decades(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def line(points, x, y, colour, kind):
    path = " ".join(f"{x.place(size):.1f},{y.place(cost):.1f}" for size, cost in points)
    return f'<polyline class="curve {kind}" stroke="{colour}" points="{path}"/>'


def plot(rows):
    curves = curves_of(rows)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>Cost of one against how many there are</title>',
             f"<style>{STYLE}</style>"]
    if curves:
        points = [point for curve in curves.values() for point in curve]
        x = Axis([size for size, _, _ in points], LEFT, WIDTH - RIGHT)
        y = Axis([cost for _, *costs in points for cost in costs if cost], HEIGHT - BOTTOM, TOP)
        for value in x.decades():
            at = x.place(value)
            parts.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
                         f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value:,.0f}</text>')
        for value in y.decades():
            at = y.place(value)
            parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
                         f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{value:,g}</text>')
        parts.append(f'<text x="{LEFT}" y="{TOP - 12}">µs for one; dashed: the floor</text>'
                     f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 10}" text-anchor="end">how many there are</text>')
        for number, (name, points) in enumerate(curves.items()):
            colour = COLOURS[number % len(COLOURS)]
            parts.append(line([(size, cost) for size, cost, _ in points], x, y, colour, ""))
            if floor := [(size, cost) for size, _, cost in points if cost]:
                parts.append(line(floor, x, y, colour, "floor"))
            at = TOP + 10 + 20 * number
            parts.append(f'<line class="curve" stroke="{colour}" x1="{WIDTH - RIGHT + 16}" x2="{WIDTH - RIGHT + 40}" y1="{at}" y2="{at}"/>'
                         f'<text x="{WIDTH - RIGHT + 48}" y="{at + 4}">{html.escape(name)}</text>')
    return "\n".join([*parts, "</svg>\n"])
