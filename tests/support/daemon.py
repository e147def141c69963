"""A `weir serve` for tests and the demo: ready when the constructor returns, gone after close()."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

from servers import ServerFailed, as_unprivileged
from supervisor import supervisor_pid

START_LIMIT = 20  # seconds
STOP_LIMIT = 20
POLL_INTERVAL = 0.1

# Without a port; events come from the Redis stream `events`. For str.format: the folder of all, and the path of Redis's socket.
STREAM_SETTINGS = """
listen: off
data: {folder}/data
dags: {folder}/dags
connections: {{cache: {{redis: {{socket: {redis}}}}}}}
sources: {{stream: {{redis: {{connection: cache, stream: events, start: first}}}}}}
"""


class Weir:
    """`data` is the data folder that the settings in `config` name."""

    def __init__(self, program, config, data, log):
        self.program, self.config, self.data, self.log = program, config, data, log
        # Settings of the person who runs the tests must not lead us to another daemon.
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("WEIR_")}
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                as_unprivileged(None, self.command("serve"), dies_with_parent=True),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment,
                start_new_session=True,
            )
        try:
            self.await_answer()
        except BaseException:
            self.close()
            raise

    def command(self, *words):
        return [str(self.program), "--config", str(self.config), *words]

    def run(self, *words, **options):
        return subprocess.run(self.command(*words), env=self.environment, stdin=subprocess.DEVNULL, **options)

    def await_answer(self):
        deadline = time.monotonic() + START_LIMIT
        while self.run("dags", "list", "--json", capture_output=True).returncode != 0:
            if self.process.poll() is not None:
                raise ServerFailed(f"weir ended with status {self.process.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"weir did not answer within {START_LIMIT} s:\n{self.log_tail()}")
            time.sleep(POLL_INTERVAL)

    def call(self, *words):
        """A verb, with its output where ours goes."""
        if self.run(*words).returncode != 0:
            raise ServerFailed(f"weir {' '.join(words)} failed. The daemon's log ends:\n{self.log_tail()}")

    def ask(self, *words):
        """A verb's answer as JSON."""
        done = self.run(*words, "--json", capture_output=True, text=True)
        if done.returncode != 0:
            raise ServerFailed(f"weir {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def await_run(self, dag, run_id, limit):
        deadline = time.monotonic() + limit
        while (state := self.ask("runs", "show", dag, run_id)["state"]) not in ("success", "failed"):
            if time.monotonic() > deadline:
                raise ServerFailed(f"{dag} {run_id} is still {state} after {limit} s")
            time.sleep(POLL_INTERVAL)
        if state != "success":
            raise ServerFailed(f"{dag} {run_id} failed. The daemon's log ends:\n{self.log_tail()}")

    def log_tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])

    def supervisor_pid(self):
        return supervisor_pid(self.data)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        deadline = time.monotonic() + STOP_LIMIT
        while (pid := self.supervisor_pid()) is not None and time.monotonic() < deadline:
            os.kill(pid, signal.SIGTERM)
            time.sleep(POLL_INTERVAL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
