"""The workload that $PEER_WORKLOAD names, as a DAG of Airflow 3. run.py copies it and workloads.py into a fresh folder of DAGs."""

import datetime
import os
import shlex

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from workloads import SLOTS, WORKLOADS

workload = WORKLOADS[os.environ["PEER_WORKLOAD"]]
command = shlex.join(workload.command)
# What is backfilled begins here; nothing is due by itself.
start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)

with DAG(
    dag_id="peer",
    schedule="* * * * *" if workload.scheduled else None,
    start_date=start,
    end_date=start + datetime.timedelta(minutes=workload.runs - 1),
    catchup=False,
    max_active_runs=workload.runs,
    max_active_tasks=SLOTS,
    is_paused_upon_creation=workload.scheduled,
):
    if workload.wide:
        # Mapped, as Airflow's documentation has it for many alike: each process parses a file of three tasks, not of thousands.
        first = BashOperator(task_id="first", bash_command=command)
        inner = BashOperator.partial(task_id="inner").expand(bash_command=[command] * workload.wide)
        first >> inner >> BashOperator(task_id="last", bash_command=command)
    before = None
    for number in range(workload.long):
        task = BashOperator(task_id=f"t{number}", bash_command=command)
        if before:
            before >> task
        before = task
