"""Runs the tests of a file in several processes at once: they wait far more than they work."""

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
    return test.id().removeprefix("__main__."), time.monotonic() - started, skipped, wrong


def tests_of(suite):
    for test in suite:
        yield from tests_of(test) if isinstance(test, unittest.TestSuite) else [test]


def main():
    """Arguments: names of tests, as unittest takes them; without any, all. WEIR_CRASH_AT_ONCE: how many at once."""
    loader = unittest.TestLoader()
    module = sys.modules["__main__"]
    names = sys.argv[1:]
    tests = list(tests_of(loader.loadTestsFromNames(names, module) if names else loader.loadTestsFromModule(module)))
    failed, skipped = 0, 0
    with multiprocessing.get_context("fork").Pool(int(os.environ.get("WEIR_CRASH_AT_ONCE", "8"))) as pool:
        for name, seconds, reason, wrong in pool.imap_unordered(run_one, tests):
            failed += bool(wrong)
            skipped += bool(reason)
            verdict = "FAILED" if wrong else f"skipped: {reason}" if reason else "ok"
            print(f"{name} {seconds:.1f}s {verdict}", flush=True)
            if wrong:
                print(wrong, flush=True)
    print(f"{len(tests)} tests: {len(tests) - failed - skipped} ok, {skipped} skipped, {failed} failed")
    sys.exit(1 if failed else 0)
