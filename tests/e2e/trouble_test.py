"""What goes wrong on the second day: each a clear error that names the place, an honest state, nothing half-written."""

import subprocess
import unittest

from house import House  # first: it knows where servers is
import servers


class Trouble(House):
    LOAD = """
        tasks:
          load:
            load:
              from: {redis: cache, match: "v:*", columns: {product_id: text, views: bigint}}
              to: {csv: out.csv}
    """

    def failed_log(self, dag, task="load"):
        self.assertEqual(self.weir("trigger", dag, "--wait", check=False).returncode, 1)
        self.assertEqual(self.task(dag, "latest", task)["state"], "failed")
        return self.log(dag, "latest", task)

    def test_a_missing_connection_is_told_with_its_place(self):
        self.configure("connections: {cache: {redis: {host: 127.0.0.1}}}")
        path = self.dag("etl", self.LOAD.replace("redis: cache", "redis: cahce"))
        checked = self.weir("validate", path, check=False)
        self.assertEqual(checked.returncode, 2)
        self.assertRegex(checked.stdout, r"etl.yaml:5:\d+: .*cahce.*cache")

    def test_a_dead_redis_is_told_with_its_address(self):
        self.configure(f"connections: {{cache: {{redis: {{socket: {self.folder}/nowhere.sock}}}}}}")
        self.dag("etl", self.LOAD)
        self.start()
        self.assertIn("nowhere.sock", self.failed_log("etl"))
        self.assertEqual(list((self.folder / "dags").glob("out.csv*")), [])

    def test_a_secret_that_is_not_set_is_told_by_its_name(self):
        self.configure(
            f"connections: {{cache: {{redis: {{socket: {self.folder}/x.sock, password: {{env: CACHE_PASSWORD}}}}}}}}"
        )
        self.dag("etl", self.LOAD)
        self.start()
        self.assertIn("CACHE_PASSWORD", self.failed_log("etl"))

    def test_a_wrong_password_is_told_and_not_shown(self):
        with servers.Redis() as redis:
            subprocess.run(
                ["redis-cli", "-s", redis.socket, "config", "set", "requirepass", "right"], check=True, capture_output=True
            )
            self.configure(
                f"connections: {{cache: {{redis: {{socket: {redis.socket}, password: {{env: CACHE_PASSWORD}}}}}}}}"
            )
            self.dag("etl", self.LOAD)
            self.start(env={"CACHE_PASSWORD": "wr0ng-secret"})
            log = self.failed_log("etl")
            self.assertIn("password", log)
            self.assertNotIn("wr0ng-secret", log + self.read("daemon.log"))

    def test_the_secrets_of_connections_are_kept_from_scripts(self):
        self.configure("connections: {cache: {redis: {host: 127.0.0.1, password: {env: CACHE_PASSWORD}}}}")
        self.dag("look", "tasks: {t: {run: 'echo [$CACHE_PASSWORD]; echo [$OTHER]'}}")
        self.start(env={"CACHE_PASSWORD": "s3cret", "OTHER": "seen"})
        self.weir("trigger", "look", "--wait")
        self.assertEqual(self.log("look", "latest", "t").splitlines(), ["[]", "[seen]"])

    def test_a_bad_csv_row_is_told_with_its_line_and_writes_nothing(self):
        (self.folder / "dags" / "in.csv").write_text("id,views\na,1\nb,many\n")
        self.dag(
            "etl",
            """
            tasks:
              load:
                load:
                  from: {csv: in.csv, columns: {id: text, views: bigint}}
                  to: {csv: out.csv}
            """,
        )
        self.start()
        log = self.failed_log("etl")
        self.assertIn("many", log)
        self.assertRegex(log, r"in\.csv.*3|line 3")
        self.assertEqual(list((self.folder / "dags").glob("out.csv*")), [])

    def test_a_program_that_is_not_there_is_told_by_name(self):
        self.dag("etl", "tasks: {load: {run: [./anounce, x]}}")
        self.start()
        self.assertEqual(self.weir("trigger", "etl", "--wait", check=False).returncode, 1)
        self.assertIn("anounce", self.weir("tasks", "list", "etl", "latest").stdout)

    def test_a_broken_weir_yaml_stops_the_start_with_its_place(self):
        (self.folder / "weir.yaml").write_text("listen: off\nparalelism: 3\n")
        refused = self.weir("serve", check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertRegex(refused.stderr, r"weir.yaml:2:1: .*paralelism.*parallelism")

    def test_an_address_beyond_loopback_needs_tls(self):
        (self.folder / "weir.yaml").write_text("listen: 0.0.0.0:8080\n")
        refused = self.weir("serve", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("insecure_http", refused.stderr)


if __name__ == "__main__":
    unittest.main()
