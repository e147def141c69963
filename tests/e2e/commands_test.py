"""The verbs, as a person uses them."""

import json
import os
import re
import signal
import subprocess
import threading
import unittest

from api import Api
from house import PROGRAM, House, wait_for


class Followed(House):
    """A log that is read while it is written."""

    TALK = "tasks: {{t: {{run: 'echo one; while [ ! -e {folder}/go ]; do sleep 0.02; done; echo two'}}}}"

    def assert_followed(self, **command):
        follower = subprocess.Popen(**command, stdout=subprocess.PIPE)
        self.addCleanup(follower.stdout.close)
        # Should a line never come, end the follower rather than hang.
        limit = threading.Timer(60, follower.kill)
        limit.start()
        self.addCleanup(limit.cancel)
        self.assertEqual(follower.stdout.readline(), "one\n")
        (self.folder / "go").touch()
        self.assertEqual(follower.stdout.readline(), "two\n")
        self.assertEqual(follower.wait(30), 0)


class Commands(Followed):
    def test_trigger_waits_and_tells_how_it_ended(self):
        self.dag("good", "tasks: {t: {run: 'true'}}")
        self.dag("bad", "tasks: {t: {run: 'echo because >&2; exit 3'}, after: {needs: t, run: 'true'}}")
        self.start()
        self.assertEqual(self.weir("trigger", "good", "--wait").returncode, 0)
        failed = self.weir("trigger", "bad", "--wait", check=False)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("failed", failed.stdout)
        self.assertIn("because", self.log("bad", "latest", "t"))
        self.assertEqual(self.task("bad", "latest", "after")["state"], "upstream_failed")
        self.assertIn("exit code 3", self.weir("tasks", "list", "bad", "latest").stdout)

    def test_params_reach_the_task_and_are_checked(self):
        self.dag(
            "p",
            """
            params:
              n: {type: integer, default: 1, minimum: 1}
              word: {type: string}
            tasks:
              t:
                run: echo "[$N] [$WORD]"
                env: {N: "${{ params.n }}", WORD: "${{ params.word }}"}
            """,
        )
        self.start()
        self.weir("trigger", "p", "--wait", "-p", "n=5", "-p", "word=it's; rm -rf $HOME")
        self.assertIn("[5] [it's; rm -rf $HOME]", self.log("p", "latest", "t"))
        for wrong, words in (
            (["-p", "n=0", "-p", "word=x"], "at least 1"),
            (["-p", "n=x", "-p", "word=x"], "integer"),
            ([], "word"),
            (["-p", "word=x", "-p", "m=1"], "m"),
        ):
            refused = self.weir("trigger", "p", *wrong, check=False)
            self.assertEqual(refused.returncode, 2, refused.stderr)
            self.assertIn(words, refused.stderr)

    def test_unknown_names_are_told_with_the_nearest_right_one(self):
        self.dag("report", "tasks: {t: {run: 'true'}}")
        self.start()
        refused = self.weir("trigger", "reprot", check=False)
        self.assertEqual(refused.returncode, 4)
        self.assertIn("report", refused.stderr)
        self.assertEqual(self.weir("runs", "show", "report", "nope", check=False).returncode, 4)
        self.assertEqual(self.weir("logs", "report", "latest", "t", check=False).returncode, 4)

    def test_without_a_daemon_the_verbs_say_so(self):
        refused = self.weir("dags", "list", check=False)
        self.assertEqual(refused.returncode, 3)
        self.assertIn("weir serve", refused.stderr)

    def test_a_pool_grows_while_tasks_wait_for_it(self):
        def pool_of(slots):
            self.configure(f"pools: {{narrow: {slots}}}")

        pool_of(1)
        self.dag("d", "tasks: {a: {pool: narrow, run: 'sleep 60'}, b: {pool: narrow, run: 'true'}}")
        self.start()
        self.trigger("d")
        wait_for("a runs", lambda: self.task("d", "latest", "a")["state"] == "running")
        self.assertEqual(self.task("d", "latest", "b")["state"], "scheduled")
        pool_of(2)
        self.daemon.send_signal(signal.SIGHUP)
        wait_for("b ends", lambda: self.task("d", "latest", "b")["state"] == "success")
        self.weir("kill", "d", "latest")

    def test_what_others_wrote_commands_no_terminal(self):
        self.dag("d", "tasks: {t: {run: 'true'}}")
        self.start()
        self.weir("trigger", "d", "--note", "\x1b[2Jevil\x7f\u009b", "--wait")
        for words in (["runs", "list", "d"], ["runs", "show", "d", "latest"]):
            self.assertIn(r"\x1b[2Jevil\x7f\x9b", self.weir(*words).stdout)

    def test_a_request_that_is_too_large_is_wrong_usage(self):
        self.start()
        event = {"specversion": "1.0", "id": "1", "source": "test", "type": "nothing", "data": "x" * 2_000_000}
        (self.folder / "large.json").write_text(json.dumps(event))
        refused = self.weir("events", "publish", "large.json", check=False)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("the body is longer than", refused.stderr)

    def test_a_run_id_is_given_only_once(self):
        self.dag("d", "tasks: {t: {run: 'true'}}")
        self.start()
        self.weir("trigger", "d", "--run-id", "mine", "--wait")
        refused = self.weir("trigger", "d", "--run-id", "mine", check=False)
        self.assertEqual(refused.returncode, 5)

    def test_retry_runs_the_failed_tasks_again_and_keeps_the_earlier_log(self):
        self.dag(
            "flaky",
            f"""
            tasks:
              before: {{run: "echo before >> {self.folder}/trace"}}
              t: {{needs: before, run: "echo try $WEIR_TRY; test -e {self.folder}/good"}}
              after: {{needs: t, run: "echo after >> {self.folder}/trace"}}
            """,
        )
        self.start()
        self.assertEqual(self.weir("trigger", "flaky", "--wait", check=False).returncode, 1)
        (self.folder / "good").touch()
        self.weir("retry", "flaky", "latest")
        wait_for("it succeeds", lambda: self.run_state("flaky", "latest") == "success")
        self.assertEqual(self.read("trace").split(), ["before", "after"])
        self.assertIn("try 1", self.log("flaky", "latest", "t", "--try", "1"))
        self.assertIn("try 2", self.log("flaky", "latest", "t"))

    def test_retries_follow_the_policy(self):
        self.dag("r", "tasks: {t: {run: 'echo try $WEIR_TRY; test $WEIR_TRY = 3', retries: 2, retry_delay: 100ms}}")
        self.start()
        self.weir("trigger", "r", "--wait")
        self.assertEqual(self.task("r", "latest", "t")["try_number"], 3)

    def test_kill_ends_the_processes_and_fails_the_run(self):
        self.dag("long", f"tasks: {{t: {{run: 'echo $$ > {self.folder}/pid; sleep 600 & wait', retries: 3}}}}")
        self.start()
        run_id = self.trigger("long")
        pid = int(wait_for("it runs", lambda: self.read("pid").strip()))
        wait_for("it is known", lambda: self.task("long", run_id, "t")["state"] == "running")
        self.weir("kill", "long", run_id)
        self.await_run("long", run_id, "failed")
        self.assertEqual(self.task("long", run_id, "t")["try_number"], 1)
        self.assertNotEqual(subprocess.run(["kill", "-0", str(pid)], capture_output=True).returncode, 0)

    def test_a_task_that_takes_too_long_is_ended(self):
        self.dag("slow", "tasks: {t: {run: 'sleep 600', timeout: 300ms, grace: 200ms}}")
        self.start()
        self.assertEqual(self.weir("trigger", "slow", "--wait", check=False).returncode, 1)
        self.assertIn("timed out", self.weir("tasks", "list", "slow", "latest").stdout)
        self.assertIn("timed out", self.log("slow", "latest", "t"))

    def test_logs_can_be_followed_to_the_end(self):
        self.dag("talk", self.TALK.format(folder=self.folder))
        self.start()
        run_id = self.trigger("talk")
        command = [PROGRAM, "-c", str(self.folder / "weir.yaml"), "logs", "talk", run_id, "t", "-f"]
        self.assert_followed(args=command, text=True, cwd=self.folder)

    def test_a_log_comes_as_the_kind_that_its_reader_weighs_most(self):
        self.dag("talk", "tasks: {t: {run: echo one}}")
        self.start()
        run_id = self.trigger("talk")
        self.await_run("talk", run_id, "success")
        log = f"/api/v2/dags/talk/dagRuns/{run_id}/taskInstances/t/logs/1"
        for accept, kind in (
            ("application/json;q=0.1, text/plain", "text/plain"),
            ("text/plain;q=0.2, application/json;q=0.9", "application/json"),
            ("text/plain, application/x-ndjson", "text/plain"),
        ):
            answer = Api(self.folder).get(log, headers={"Accept": accept})
            self.assertEqual((answer.status, answer.type.split(";")[0]), (200, kind), accept)

    def test_paused_dags_start_nothing_until_unpaused(self):
        self.dag("d", f"tasks: {{t: {{run: 'echo ran >> {self.folder}/trace'}}}}")
        self.start()
        self.weir("pause", "d")
        self.assertTrue(self.json("dags", "list")["dags"][0]["is_paused"])
        run_id = self.trigger("d")
        self.kill_daemon()
        self.start()
        self.assertEqual(self.run_state("d", run_id), "queued")
        self.assertEqual(self.read("trace"), "")
        self.weir("unpause", "d")
        self.await_run("d", run_id, "success")

    def test_why_tells_what_is_waited_for_and_how_it_ended(self):
        self.dag(
            "w",
            f"""
            schedule: [{{cron: "15 2 * * *", timezone: Europe/Berlin}}]
            max_active_runs: 1
            tasks:
              a: {{run: 'while [ ! -e {self.folder}/go ]; do sleep 0.02; done'}}
              b: {{needs: a, run: 'exit 3'}}
            """,
        )
        self.start()
        self.assertIn("'15 2 * * *' in Europe/Berlin", self.weir("why", "w").stdout)
        first, second = self.trigger("w"), self.trigger("w")
        wait_for("a runs", lambda: self.task("w", first, "a")["state"] == "running")
        self.assertIn(f"max_active_runs 1 is reached by {first} since", self.weir("why", "w", second).stdout)
        self.assertIn("waits for 1 of 1 upstream task: a (running)", self.weir("why", "w", first, "b").stdout)
        self.assertRegex(self.weir("why", "w", first, "a").stdout, r"try 1 of 1 runs since .* process \d+")
        (self.folder / "go").touch()
        self.await_run("w", second, "failed")
        told = self.json("why", "w", first)
        self.assertEqual((told["state"], told["dag_run_id"]), ("failed", first))
        self.assertRegex("\n".join(told["reasons"]), r"b failed at .*, try 1 of 1: exit code 3")
        self.assertEqual(self.weir("why", "w", first, "nope", check=False).returncode, 4)
        self.weir("pause", "w")
        self.assertIn("paused since", self.weir("why", "w").stdout)
        self.dag("broken", "tasks: {t: {runn: 'true'}}")
        wait_for("it is read", lambda: self.weir("why", "broken", check=False).returncode == 0)
        self.assertIn("unknown key 'runn'", self.weir("why", "broken").stdout)

    def test_cron_starts_runs_by_itself(self):
        self.dag("tick", '{schedule: [{cron: "* * * * * *"}], tasks: {t: {run: "echo $WEIR_LOGICAL_DATE"}}}')
        self.start()

        def runs():
            return [r for r in self.json("runs", "list", "tick")["dag_runs"] if r["state"] == "success"]

        wait_for("two ticks", lambda: len(runs()) >= 2)
        dates = [run["logical_date"] for run in runs()]
        self.assertEqual(len(dates), len(set(dates)))
        self.assertTrue(all(run["run_type"] == "scheduled" for run in runs()))

    def test_run_file_needs_no_daemon(self):
        path = self.dag(
            "solo",
            """
            params: {word: {type: string, default: hello}}
            tasks:
              a: {run: 'echo "n=7" >> "$WEIR_OUTPUT"'}
              b: {needs: a, run: 'echo "$WORD $N"', env: {WORD: "${{ params.word }}", N: "${{ tasks.a.outputs.n }}"}}
            """,
        )
        done = self.weir("run", path, "-p", "word=hi")
        self.assertRegex(done.stdout, r"b +success")
        self.assertNotIn("\x1b", done.stdout)
        logs = list((self.folder / ".weir" / "logs" / "solo").glob("*/b.1.log"))
        self.assertEqual([log.read_text() for log in logs], ["hi 7\n"])
        self.dag("solo", "tasks: {a: {run: 'echo because; exit 1'}}")
        failed = self.weir("run", path, check=False)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("because", failed.stdout)

    def test_simulate_tells_the_runs_of_a_span(self):
        path = self.dag("n", '{schedule: [{cron: "15 2 * * *", timezone: Europe/Berlin}], tasks: {t: {run: "true"}}}')
        told = json.loads(
            self.weir("simulate", path, "--from", "2026-03-27", "--to", "2026-03-31", "--json").stdout
        )
        # 29 March 2026: the clocks go from 02:00 to 03:00, so 02:15 does not exist; the run comes at 03:00.
        self.assertEqual(
            [run["logical_date"] for run in told["runs"]],
            ["2026-03-27T01:15:00Z", "2026-03-28T01:15:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:15:00Z"],
        )

    def test_simulate_tells_why_there_is_each_run_of_several_dags(self):
        self.dag("b", '{schedule: [{cron: "15 2 * * *", timezone: Europe/Berlin}], tasks: {t: {run: "true"}}}')
        self.dag("e", '{schedule: [{cron: "30 * * * *", timezone: Europe/Berlin}], tasks: {t: {run: "true"}}}')

        def reasons(dag, start, end):
            told = json.loads(self.weir("simulate", "b", "e", "--from", start, "--to", end, "--json").stdout)
            return [run["reason"] for run in told["runs"] if run["dag_id"] == dag]

        spring = "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z"
        self.assertEqual(reasons("b", *spring), ["'15 2 * * *', moved: the clock goes from 02:00 to 03:00 and has no 02:15"])
        self.assertEqual(reasons("e", *spring), ["'30 * * * *'", "'30 * * * *'"])
        autumn = "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"
        self.assertEqual(reasons("b", *autumn), ["'15 2 * * *', once, the first time: the clock shows 02:15 twice"])
        self.assertEqual(
            reasons("e", *autumn),
            [f"'30 * * * *', the {which} time: the clock shows 02:30 twice" for which in ("first", "second")],
        )
        self.assertRegex(self.weir("simulate", "--from", "2026-03-27", "--to", "2026-03-28").stdout, r"DAG +STARTS +DATA FROM")

    def test_simulate_tells_of_ticks_that_are_made_up_for(self):
        self.dag("slow", '{schedule: [{cron: "* * * * *", catchup: all}], max_active_runs: 1, tasks: {t: {run: "true"}}}')
        words = self.weir("simulate", "slow", "--from", "2026-03-27", "--to", "2026-03-28", "--task-time", "1h").stdout
        self.assertIn("made up for at 2026-03-27T02:01:00Z (catchup all), when the queue had room", words)

    def test_the_database_can_be_copied_checked_and_pruned(self):
        self.dag("d", "tasks: {t: {run: 'true'}}")
        self.start()
        self.weir("trigger", "d", "--wait")
        copy = self.folder / "copy.db"
        self.weir("db", "backup", copy)
        self.assertTrue(copy.stat().st_size > 0)
        self.weir("db", "check")
        self.kill_daemon()
        self.weir("db", "migrate")
        self.assertEqual(self.json("db", "prune", "--older-than", "0", "--keep-last", "0")["removed_runs"], 1)
        self.assertEqual(list((self.folder / ".weir" / "logs" / "d").glob("*")), [])
        self.start()
        self.assertEqual(self.json("runs", "list", "d")["dag_runs"], [])

    def test_schema_version_and_completion_print(self):
        self.assertIn("properties", json.loads(self.weir("schema").stdout))
        self.assertIn("properties", json.loads(self.weir("schema", "--config").stdout))
        self.assertIn("sqlite", self.json("version"))
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("trigger", self.weir("completion", shell).stdout)
        self.assertEqual(self.weir("completion", "tcsh", check=False).returncode, 2)
        self.assertEqual(self.weir("nonsense", check=False).returncode, 2)


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


class OverTls(Followed):
    """The verbs at https://, with a CA and a certificate made for each test."""

    KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")

    def setUp(self):
        super().setUp()
        self.dag("d", "tasks: {t: {run: echo done}}")

    def ca(self, name):
        file = self.folder / f"{name}.pem"
        openssl("req", "-x509", *self.KEY, "-days", 2, "-subj", f"/CN={name}", "-keyout", self.folder / f"{name}.key", "-out", file)
        return file

    def serve(self, hosts="DNS:localhost,IP:127.0.0.1", days=2):
        """Starts the daemon with a certificate of `ca`, and makes a token to get in with."""
        self.trusted = self.ca("ca")
        key, request = self.folder / "key.pem", self.folder / "request.pem"
        openssl("req", "-new", *self.KEY, "-subj", "/CN=weir", "-addext", f"subjectAltName={hosts}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.trusted, "-CAkey", self.folder / "ca.key", "-CAcreateserial",
                "-copy_extensions", "copy", "-days", days, "-out", self.folder / "cert.pem")  # fmt: skip
        (self.folder / "weir.yaml").write_text("listen: 127.0.0.1:0\ntls: {certificate: cert.pem, key: key.pem}\n")
        self.start()
        self.port = wait_for("the address", lambda: re.search(r"https://127\.0\.0\.1:(\d+)", self.read("daemon.log"))).group(1)
        self.token = self.weir("tokens", "create", "cli", "--role", "admin").stdout.strip()

    def arguments(self, *words, host="localhost", **variables):
        environment = {**os.environ, "WEIR_TOKEN": self.token, **{name: str(value) for name, value in variables.items()}}
        command = [PROGRAM, "--url", f"https://{host}:{self.port}", *map(str, words)]
        return {"args": command, "cwd": self.folder, "env": environment, "text": True}

    def over_tls(self, *words, **options):
        return subprocess.run(**self.arguments(*words, **options), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def refused(self, *words, **options):
        done = self.over_tls("dags", "list", *words, **options)
        self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
        return done.stderr

    def test_verbs_work_with_the_ca_by_option_or_by_environment(self):
        self.serve()
        for host in ("localhost", "127.0.0.1"):
            listed = self.over_tls("dags", "list", "--ca", self.trusted, host=host)
            self.assertEqual(listed.returncode, 0, listed.stderr)
        ended = self.over_tls("trigger", "d", "--wait", WEIR_CA_FILE=self.trusted)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("done", self.over_tls("logs", "d", "latest", "t", WEIR_CA_FILE=self.trusted).stdout)
        event = {"specversion": "1.0", "id": "1", "source": "test", "type": "nothing", "data": "x" * 200_000}
        (self.folder / "event.json").write_text(json.dumps(event))
        published = self.over_tls("events", "publish", "event.json", "--ca", self.trusted)
        self.assertEqual(published.returncode, 0, published.stderr)
        # A system whose store has the CA needs nothing else.
        self.assertEqual(self.over_tls("dags", "list", SSL_CERT_FILE=self.trusted).returncode, 0)

    def test_a_log_is_followed_while_it_is_written(self):
        self.dag("talk", self.TALK.format(folder=self.folder))
        self.serve()
        run_id = self.trigger("talk")
        self.assert_followed(**self.arguments("logs", "talk", run_id, "t", "-f", "--ca", self.trusted))

    def test_a_ca_that_is_not_known_is_told_of_with_its_remedy(self):
        self.serve()
        self.assertIn("the certificate isn't trusted: unable to get local issuer certificate; give its CA by --ca FILE", self.refused())
        other = self.ca("other")
        self.assertIn(f"it must lead to a CA in {other}", self.refused("--ca", other))
        missing = self.over_tls("dags", "list", "--ca", self.folder / "none.pem")
        self.assertEqual(missing.returncode, 2)
        self.assertIn(f"the CA certificates of {self.folder}/none.pem can't be read", missing.stderr)

    def test_a_certificate_for_another_host_is_refused(self):
        self.serve(hosts="DNS:weir.example.com")
        words = self.refused("--ca", self.trusted)
        self.assertIn(f"https://localhost:{self.port}: the certificate is for weir.example.com, and not for localhost", words)

    def test_a_certificate_that_has_expired_is_refused(self):
        self.serve(days=-1)
        self.assertIn("the certificate has expired at 20", self.refused("--ca", self.trusted))

    def test_a_token_does_not_go_to_another_machine_as_it_is(self):
        """The name resolves to nothing: were it asked for, the words would be others."""

        def plainly(**more):
            command = [PROGRAM, "--url", "http://weir.invalid:8080", "dags", "list"]
            return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **more}, timeout=60)

        refused = plainly(WEIR_TOKEN="weir_secret")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("http://weir.invalid:8080: the token would cross the network as it is; use https://", refused.stderr)
        self.assertNotIn("weir_secret", refused.stderr)
        self.assertIn("can't find the host weir.invalid", plainly().stderr)


if __name__ == "__main__":
    unittest.main()
