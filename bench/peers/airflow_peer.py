"""Apache Airflow 3: PostgreSQL, LocalExecutor, and its scheduler, DAG processor and API server as three processes."""

import datetime
import os
import secrets
import shutil

from peer import HERE, Database, Peer, free_port, venv
from workloads import SLOTS

REQUIREMENTS = ["apache-airflow==3.3.2", "apache-airflow-providers-postgres==7.1.1", "psycopg2-binary==2.9.13", "asyncpg==0.32.0"]


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Airflow(Peer):
    name = "airflow"

    def begin(self):
        program = venv("airflow", *REQUIREMENTS) / "airflow"
        port = free_port()
        dags = self.folder / "dags"
        dags.mkdir()
        for file in ("airflow_dag.py", "workloads.py"):
            shutil.copy(HERE / file, dags)
        self.database = Database()
        self.url = f"http://127.0.0.1:{port}"
        self.token = {}
        settings = {
            "CORE__DAGS_FOLDER": dags,
            "CORE__LOAD_EXAMPLES": False,
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__PARALLELISM": SLOTS,
            "CORE__MAX_MAP_LENGTH": max(self.workload.wide, 1024),
            "CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": True,
            "API__SECRET_KEY": secrets.token_hex(),
            "API_AUTH__JWT_SECRET": secrets.token_hex(),
            "DATABASE__SQL_ALCHEMY_CONN": self.database.url("psycopg2"),
            # What its documentation names for throughput: a worker of the API server for each core, a scheduler that sleeps less
            # when it is idle, and DAG files that are not read again all the time.
            "API__WORKERS": os.cpu_count(),
            "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.1,
            "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": 600,
        }
        self.environment |= {f"AIRFLOW__{name}": str(value) for name, value in settings.items()}
        self.environment |= {"AIRFLOW_HOME": str(self.folder), "PEER_WORKLOAD": self.key}
        self.run(program, "db", "migrate")
        self.start(program, "api-server", "--host", "127.0.0.1", "--port", str(port))
        token = self.wait_for(lambda: self.ask("GET", "/auth/token"))["access_token"]
        self.token = {"Authorization": f"Bearer {token}"}
        self.start(program, "dag-processor")
        self.start(program, "scheduler", "--skip-serve-logs")
        self.wait_for(lambda: self.api("GET", "/dags/peer"))
        self.wait_for(lambda: self.ask("GET", "/api/v2/monitor/health")["scheduler"]["status"] == "healthy")

    def api(self, method, target, body=None):
        return self.ask(method, f"/api/v2{target}", body, self.token)

    def trigger(self, number):
        self.api("POST", "/dags/peer/dagRuns", {"dag_run_id": f"r{number}", "logical_date": None})

    def backfill(self):
        start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
        end = start + datetime.timedelta(minutes=self.workload.runs - 1)
        dates = {"from_date": f"{start:%FT%TZ}", "to_date": f"{end:%FT%TZ}"}
        self.api("PATCH", "/dags/peer?update_mask=is_paused", {"is_paused": False})
        self.api("POST", "/backfills", {"dag_id": "peer", "max_active_runs": SLOTS, **dates})

    def count(self, resource, state):
        return self.api("GET", f"/dags/peer/{resource}?state={state}&limit=1")["total_entries"]

    def ended(self):
        return self.count("dagRuns", "success"), self.count("dagRuns", "failed")

    def tasks_ended(self):
        return self.count("dagRuns/~/taskInstances", "success")

    def span(self):
        def last(order):
            return self.api("GET", f"/dags/peer/dagRuns?order_by={order}&limit=1")["dag_runs"][0]

        return seconds(last("start_date")["start_date"]), seconds(last("-end_date")["end_date"])
