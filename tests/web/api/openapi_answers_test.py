"""Every answer of the API's tests is as openapi.yaml says, and every operation has one that went well.

openapi_answers_test.py TEST_API OPENAPI_JSON
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.support.openapi import Document, load, operations  # noqa: E402

# Served by another room, whose tests are not among these.
ELSEWHERE = ("/api/v2/live",)


def recorded(program):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "exchanges"
        done = subprocess.run([program], env={**os.environ, "WEIR_EXCHANGES": str(file)}, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{program} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        with file.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


def main():
    program, path = sys.argv[1:]
    document = Document(load(path))
    faults = Counter()
    good = set()
    exchanges = recorded(program)
    for exchange in exchanges:
        where = f"{exchange['method']} {document.path_of(exchange['target'])}"
        if 200 <= exchange["status"] < 300:
            good.add(where)
        for fault in document.faults(**exchange):
            faults[f"{where} {exchange['status']}: {fault}"] += 1
    for method, route, _ in operations(document.document):
        if f"{method} {route}" not in good and not route.startswith(ELSEWHERE):
            faults[f"{method} {route}: no test has an answer of it that went well"] += 1
    for fault, times in sorted(faults.items()):
        print(f"{fault} ({times} times)" if times > 1 else fault)
    print(f"{len(exchanges)} answers, {len(good)} operations, {len(faults)} faults")
    return 1 if faults or not exchanges else 0


if __name__ == "__main__":
    sys.exit(main())
