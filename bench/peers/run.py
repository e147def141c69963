"""The workloads of bench/engine.py through another engine, beside the same bare processes. README.md says how each is set up.

    run.py airflow|dagu|kestra|prefect [--rounds 1] [--limit 600] [WORKLOAD…]

Ends with 77 where the peer cannot be had.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BENCH))

from airflow_peer import Airflow  # noqa: E402
from dagu_peer import Dagu  # noqa: E402
from peer import Peer, PeerFailed, Unavailable  # noqa: E402
from prefect_peer import Prefect  # noqa: E402
from rows import row  # noqa: E402
from workloads import WORKLOADS  # noqa: E402

BUILD = Path(os.environ.get("WEIR_PROGRAM", BENCH.parent / "build" / "release" / "weir")).parent
SPAWN = BUILD / "bench" / "bench_spawn"
UNAVAILABLE = 77


class Kestra(Peer):
    name = "kestra"

    def begin(self):
        raise Unavailable("no package registry has its program; README.md says how its flows are run by hand")


PEERS = {peer.name: peer for peer in (Airflow, Dagu, Kestra, Prefect)}


def floor(workload):
    """Seconds."""
    argv = [SPAWN, str(workload.tasks), str(workload.at_once), *workload.command]
    return float(subprocess.run(argv, check=True, capture_output=True).stdout)


class NotEnded(Exception):
    pass


def take(peer, workload, limit):
    """Seconds: of a single run from its start, of many from the first request, to the last end."""
    began = time.time()
    if workload.scheduled and peer.backfill:
        peer.backfill()
    else:
        for number in range(workload.runs):
            if time.time() - began > limit:
                break
            peer.trigger(number)
    while True:
        asked = time.monotonic()
        succeeded, failed = peer.ended()
        if failed:
            raise PeerFailed(f"{failed} of {workload.runs} runs have failed; {peer.name}'s log ends:\n{peer.log_tail()}")
        if succeeded == workload.runs:
            break
        if time.time() - began > limit:
            raise NotEnded(f"not ended after {limit} s: {peer.tasks_ended():,} of {workload.tasks:,} tasks")
        # Our looking may take a tenth of the time at most.
        time.sleep(max(1, 10 * (time.monotonic() - asked)))
    start, end = peer.span()
    return end - (start if workload.runs == 1 else began)


def measure(kind, home, key, rounds, limit):
    workload = WORKLOADS[key]
    name = f"{kind.name}: {workload.title}"
    figures, floors = [], []
    for _ in range(rounds):
        floors.append(floor(workload))
        with kind(home, workload, key) as peer:
            try:
                figures.append(take(peer, workload, limit))
            except NotEnded as text:
                print(f"{name:58} {text}", flush=True)
                return
    figure, least = statistics.median(figures), statistics.median(floors)
    match workload.unit:
        case "s":
            row(name, figure, "s", None, least, figure / least)
        case "ms":
            row(name, 1e3 * (figure - least) / workload.tasks, "ms", None, 1e3 * least / workload.tasks)
        case "tasks/s":
            row(name, workload.tasks / figure, "tasks/s", None, workload.tasks / least, least / figure, size=workload.wide)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("peer", choices=PEERS)
    arguments.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="of " + ", ".join(WORKLOADS) + "; all unless given")
    arguments.add_argument("--rounds", type=int, default=1)
    arguments.add_argument("--limit", type=float, default=600, help="seconds for one workload")
    options = arguments.parse_intermixed_args()
    if unknown := set(options.workloads) - set(WORKLOADS):
        arguments.error(f"there is no workload {', '.join(unknown)}; there are {', '.join(WORKLOADS)}")
    with tempfile.TemporaryDirectory(prefix="weir-peers-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        try:
            for key in options.workloads or WORKLOADS:
                measure(PEERS[options.peer], home, key, options.rounds, options.limit)
        except Unavailable as error:
            print(f"{options.peer} cannot be had here: {error}", file=sys.stderr)
            return UNAVAILABLE
        except PeerFailed as error:
            print(error, file=sys.stderr)
            return 1
    return 0


sys.exit(main())
