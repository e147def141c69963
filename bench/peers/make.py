"""Prints a workload as a file of Dagu or as a flow of Kestra: JSON, which is YAML.

    make.py dagu|kestra WORKLOAD
"""

import argparse
import json
import shlex

from workloads import SLOTS, WORKLOADS


def dagu(workload):
    def step(name, **more):
        return {"name": name, "command": shlex.join(workload.command), **more}

    if not workload.wide:
        return {"type": "chain", "queue": "peer", "steps": [step(f"t{number}") for number in range(workload.long)]}
    inner = [f"t{number}" for number in range(workload.wide)]
    steps = [step("first"), *(step(name, depends="first") for name in inner), step("last", depends=inner)]
    return {"type": "graph", "queue": "peer", "maxActiveSteps": SLOTS, "steps": steps}


def kestra(workload):
    def process(name):
        return {
            "id": name,
            "type": "io.kestra.plugin.scripts.shell.Commands",
            "taskRunner": {"type": "io.kestra.plugin.core.runner.Process"},
            "commands": [shlex.join(workload.command)],
        }

    each = {
        "id": "each",
        "type": "io.kestra.plugin.core.flow.ForEach",
        "values": list(range(workload.wide)),
        "concurrencyLimit": SLOTS,
        "tasks": [process("inner")],
    }
    tasks = [process("first"), each, process("last")] if workload.wide else [process(f"t{n}") for n in range(workload.long)]
    flow = {"id": "peer", "namespace": "peers", "tasks": tasks}
    if workload.runs > 1:
        flow["concurrency"] = {"limit": SLOTS, "behavior": "QUEUE"}
    return flow


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("peer", choices=["dagu", "kestra"])
    arguments.add_argument("workload", choices=WORKLOADS)
    options = arguments.parse_args()
    make = {"dagu": dagu, "kestra": kestra}[options.peer]
    print(json.dumps(make(WORKLOADS[options.workload]), indent=1))


if __name__ == "__main__":
    main()
