"""Instructions of core workloads, counted by valgrind and held against those of instructions.json: 5 % more or fewer fail.

A busy machine changes times, but no count of instructions, so this is a check that CI can have. The figures are of Debian 12's
compiler and libraries in a release build; the processor's wide registers are hidden from the C library, which would else take
other ways on other machines.

    instructions.py [--keep]      --keep: today's counts become those that are expected
"""

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

EXPECTED = Path(__file__).resolve().with_name("instructions.json")
PROGRAM = Path(os.environ["WEIR_PROGRAM"]).parent / "bench" / "bench_instructions"
TOLERANCE = 0.05
SAME_EVERYWHERE = "glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-ERMS,-FSRM,-BMI2"


def count(workload):
    command = ["valgrind", "--tool=callgrind", "--toggle-collect=measured", "--callgrind-out-file=/dev/null", PROGRAM, workload]
    done = subprocess.run(command, env={"GLIBC_TUNABLES": SAME_EVERYWHERE, "LC_ALL": "C"}, capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not collected or int(collected[1]) == 0:
        raise SystemExit(f"{workload}: nothing was counted:\n{done.stderr}")
    return int(collected[1])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--keep", action="store_true")
    keep = arguments.parse_args().keep
    workloads = subprocess.run([PROGRAM], check=True, capture_output=True, text=True).stdout.splitlines()
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        counts = dict(zip(workloads, workers.map(count, workloads)))
    if keep:
        EXPECTED.write_text(json.dumps(counts, indent=1) + "\n")
    expected = json.loads(EXPECTED.read_text())
    changed = expected.keys() ^ counts.keys()
    for workload, instructions in counts.items():
        before = expected.get(workload, instructions)
        ratio = instructions / before
        if abs(ratio - 1) > TOLERANCE:
            changed.add(workload)
        print(f"{workload:44} {instructions:>14,} instructions   expected {before:>14,}   {100 * (ratio - 1):+6.2f} %"
              f"{'   CHANGED' if workload in changed else ''}")
    if changed:
        print("More is a regression to be found, or else to be explained; fewer is to be kept: ./dev bench instructions --keep", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
