"""Runs the tests of a unittest.TestCase in several processes at once: they wait far more than they work."""

import multiprocessing
import os
import sys
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_one(test):
    """(name, seconds, skipped because, what is wrong)"""
    started = time.monotonic()
    result = unittest.TestResult()
    test.run(result)
    wrong = "".join(text for _, text in result.failures + result.errors)
    skipped = "".join(reason for _, reason in result.skipped)
    return test._testMethodName, time.monotonic() - started, skipped, wrong


def main(case):
    """Arguments: names of tests, as unittest takes them; without any, all. WEIR_CRASH_AT_ONCE: how many at once."""
    names = [name.removeprefix(case.__name__ + ".") for name in sys.argv[1:]]
    names = names or unittest.TestLoader().getTestCaseNames(case)
    tests = [case(name) for name in names]
    failed, skipped = 0, 0
    with multiprocessing.get_context("fork").Pool(int(os.environ.get("WEIR_CRASH_AT_ONCE", "8"))) as pool:
        for name, seconds, reason, wrong in pool.imap_unordered(run_one, tests):
            failed += bool(wrong)
            skipped += bool(reason)
            verdict = "FAILED" if wrong else f"skipped: {reason}" if reason else "ok"
            print(f"{name} {seconds:.1f}s {verdict}", flush=True)
            if wrong:
                print(wrong, flush=True)
    print(f"{len(tests)} cells: {len(tests) - failed - skipped} ok, {skipped} skipped, {failed} failed")
    sys.exit(1 if failed else 0)
