"""The workload that $PEER_WORKLOAD names, as a flow of Prefect 3, served until it is stopped."""

import os
import subprocess

from prefect import flow, task
from prefect.task_runners import ThreadPoolTaskRunner
from workloads import SLOTS, WORKLOADS

workload = WORKLOADS[os.environ["PEER_WORKLOAD"]]


@task
def process(number):
    subprocess.run(workload.command, check=True)


@flow(name="peer", task_runner=ThreadPoolTaskRunner(max_workers=SLOTS))
def peer():
    if workload.wide:
        process(0)
        process.map(range(workload.wide)).result()
        process(0)
    for number in range(workload.long):
        process(number)


if __name__ == "__main__":
    peer.serve(name="peer", limit=SLOTS)
