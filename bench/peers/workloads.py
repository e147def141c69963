"""The workloads of bench/engine.py, said once: what each peer is given is made of this."""

import dataclasses

SLOTS = 16
TRUE = ("/bin/true",)


def fibonacci(n):
    return ("/usr/bin/python3", "-c", f"f = lambda n: n if n < 2 else f(n - 1) + f(n - 2)\nf({n})")


@dataclasses.dataclass(frozen=True)
class Workload:
    """Runs of `wide` tasks between a first and a last one, or else of `long` tasks one after another."""

    title: str
    unit: str  # tasks/s; ms: added a task; s: for all
    command: tuple = TRUE
    wide: int = 0
    long: int = 0
    runs: int = 1
    scheduled: bool = False  # the runs are of dates in the past, where the peer has such

    @property
    def tasks(self):
        return self.runs * (self.wide + 2 if self.wide else self.long)

    @property
    def at_once(self):
        return SLOTS if self.wide or self.runs > 1 else 1


def fan_out(wide):
    return Workload(f"fan-out 1 -> {wide:,} -> 1 of no-ops, {SLOTS} slots", "tasks/s", wide=wide)


def scripts(long, n):
    return Workload(f"{long} x python3 fibonacci({n}), one after another", "s", fibonacci(n), long=long)


WORKLOADS = {
    "fan-out": fan_out(1_000),
    "wide fan-out": fan_out(10_000),
    "chain": Workload("chain of 200 no-ops: added a hop, mean", "ms", long=200),
    "short scripts": scripts(40, 10),
    "long scripts": scripts(10, 33),
    "triggers": Workload("500 runs of two no-ops, triggered by API at once", "tasks/s", long=2, runs=500),
    "backlog": Workload("10,000 runs of one no-op, queued", "tasks/s", long=1, runs=10_000, scheduled=True),
}
