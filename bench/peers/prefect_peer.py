"""Prefect 3: its server with PostgreSQL, and one served flow, which starts a process for each run."""

import shutil

from airflow_peer import seconds
from peer import HERE, Database, Peer, free_port, venv

REQUIREMENTS = ["prefect==3.9.1", "asyncpg==0.32.0"]


class Prefect(Peer):
    name = "prefect"

    def begin(self):
        programs = venv("prefect", *REQUIREMENTS)
        port = free_port()
        for file in ("prefect_flow.py", "workloads.py"):
            shutil.copy(HERE / file, self.folder)
        self.database = Database()
        self.url = f"http://127.0.0.1:{port}/api"
        self.environment |= {
            "PEER_WORKLOAD": self.key,
            "PREFECT_HOME": str(self.folder / "home"),
            "PREFECT_API_URL": self.url,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": self.database.url("asyncpg"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_RUNNER_POLL_FREQUENCY": "1",  # seconds; 10 as shipped, which would be the figure of all that runs many
        }
        self.start(programs / "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))
        self.wait_for(lambda: self.ask("GET", "/health"))
        self.start(programs / "python", "prefect_flow.py")
        self.deployment = self.wait_for(lambda: self.ask("GET", "/deployments/name/peer/peer"))["id"]

    def trigger(self, _):
        # Scheduled for the present moment, as its own client does.
        self.ask("POST", f"/deployments/{self.deployment}/create_flow_run", {"state": {"type": "SCHEDULED"}})

    def count(self, kind, runs, *states):
        return self.ask("POST", f"/{kind}/count", {runs: {"state": {"type": {"any_": states}}}})

    def ended(self):
        return self.count("flow_runs", "flow_runs", "COMPLETED"), self.count("flow_runs", "flow_runs", "FAILED", "CRASHED")

    def tasks_ended(self):
        return self.count("task_runs", "task_runs", "COMPLETED")

    def span(self):
        def first(order):
            return self.ask("POST", "/flow_runs/filter", {"sort": order, "limit": 1})[0]

        return seconds(first("START_TIME_ASC")["start_time"]), seconds(first("END_TIME_DESC")["end_time"])
