"""What the peers have in common: a cache of installed programs, fresh folders, ports on loopback, processes that end with us."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "support"))

from servers import Postgres  # noqa: E402

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weir" / "peers"
INSTALL_LIMIT = 1800  # seconds
START_LIMIT = 180
STOP_LIMIT = 20
ANSWER_LIMIT = 300  # for one answer: a backfill of 10,000 runs is one
PR_SET_CHILD_SUBREAPER = 36


class Unavailable(Exception):
    """The peer cannot be had here."""


class PeerFailed(Exception):
    pass


class Database(Postgres):
    """As PostgreSQL is shipped, so that a commit is on the disk: Weir's are."""

    def command(self):
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.folder), "port": self.port}
        argv = [str(self.programs() / "postgres"), "-D", str(self.folder / "data")]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        return argv

    def url(self, driver):
        return f"postgresql+{driver}://{self.account}@/{self.account}?host={self.folder}"


def install(folder, *commands):
    """The folder in the cache, which these commands have made, once."""
    home = CACHE / folder
    done = home / "installed"
    if not done.exists():
        home.mkdir(parents=True, exist_ok=True)
        try:
            for argv in commands:
                subprocess.run(argv, check=True, cwd=home, stdout=sys.stderr, timeout=INSTALL_LIMIT)
        except (OSError, subprocess.SubprocessError) as error:
            raise Unavailable(str(error)) from error
        done.touch()
    return home


def venv(folder, *requirements):
    pip = ["bin/pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
    return install(folder, [sys.executable, "-m", "venv", "."], pip) / "bin"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def descendants(pid):
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            direct = children.read_text().split()
        except OSError:  # ended meanwhile
            continue
        for child in map(int, direct):
            yield child
            yield from descendants(child)


class Peer:
    """A peer with a workload, ready when the constructor returns, gone after close(). A subclass has `begin()`, which starts
    it; `trigger(number)`, which asks for a run; `ended()`, how many runs have succeeded and failed; `tasks_ended()`; and
    `span()`, the seconds at which the first run began and the last ended."""

    name = ""
    backfill = None  # asks for all runs of past dates, where the peer has that

    def __init__(self, home, workload, key):
        # What a peer leaves behind when it is stopped becomes our child, so that close() finds it.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        self.workload, self.key = workload, key
        self.folder = Path(tempfile.mkdtemp(prefix=self.name, dir=home))
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8", "TZ": "UTC"}
        self.processes, self.database = [], None
        try:
            self.begin()
        except BaseException:
            self.close()
            raise

    def start(self, *argv):
        with open(self.folder / "log", "ab") as log:
            options = dict(env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, start_new_session=True)
            self.processes.append(subprocess.Popen(argv, stdout=log, stderr=log, **options))
        return self.processes[-1]

    def run(self, *argv):
        with open(self.folder / "log", "ab") as log:
            options = dict(env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, timeout=START_LIMIT)
            subprocess.run(argv, check=True, stdout=log, stderr=log, **options)

    def ask(self, method, target, body=None, headers=None):
        """JSON there and back."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(self.url + target, content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_LIMIT) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            raise PeerFailed(f"{method} {target}: {error.code} {error.read().decode(errors='replace')[:1000]}") from error

    def wait_for(self, what, limit=START_LIMIT):
        """The first answer of `what` that is true."""
        deadline = time.monotonic() + limit
        while True:
            try:
                if answer := what():
                    return answer
            except (OSError, PeerFailed, LookupError):
                pass  # not yet
            if ended := [process.args for process in self.processes if process.poll() is not None]:
                raise PeerFailed(f"{ended[0]} has ended; its log ends:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise PeerFailed(f"{self.name} was not ready after {limit} s; its log ends:\n{self.log_tail()}")
            time.sleep(0.2)

    def log_tail(self):
        return "\n".join((self.folder / "log").read_text(errors="replace").splitlines()[-10:])

    def close(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.database:
            self.database.close()
        deadline = time.monotonic() + STOP_LIMIT
        while left := list(descendants(os.getpid())):
            if time.monotonic() > deadline:
                raise PeerFailed(f"processes are left: {left}")
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                pass
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
