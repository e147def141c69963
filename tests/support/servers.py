"""Throw-away Redis and PostgreSQL servers for tests and the demo.

Each listens on a unix socket in a folder of its own, keeps its data there, is ready when the constructor returns, and is
gone, with its data, after close(). A server also ends when the process that started it dies. PostgreSQL refuses to run
as root, so root starts it as the user `postgres` (or `nobody`).
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

START_LIMIT = 30  # seconds until a server must answer
STOP_LIMIT = 15

# A unix socket's path holds at most 107 bytes, and PostgreSQL adds a file name to the folder's.
LONGEST_FOLDER = 80


class ServerFailed(Exception):
    pass


def make_folder():
    folder = tempfile.mkdtemp(prefix="weir-")
    if len(folder) > LONGEST_FOLDER:
        os.rmdir(folder)
        folder = tempfile.mkdtemp(prefix="weir-", dir="/tmp")
    return Path(folder)


def unprivileged_user():
    """The user that servers run as: ourselves, but for root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    raise ServerFailed("root cannot start PostgreSQL, and there is no user `postgres` or `nobody` to start it as")


def as_unprivileged(user, argv, dies_with_parent=False):
    """argv, to run as that user; with a signal to end it should we die. The kernel forgets that wish when the user
    changes, so setpriv has to make it after that."""
    wrapped = ["setpriv"]
    if user is not None:
        wrapped += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    if dies_with_parent:
        wrapped += ["--pdeathsig", "INT"]
    return wrapped + ["--"] + argv if len(wrapped) > 1 else argv


class Server:
    """What both have in common. A subclass has `name`, `command()` and `answers()`."""

    name = ""
    start_limit = START_LIMIT

    def __init__(self, folder=None):
        self.user = self.owner()
        self.folder = Path(folder) if folder else make_folder()
        self.owns_folder = folder is None
        self.folder.mkdir(exist_ok=True)
        self.log = self.folder / f"{self.name}.log"
        self.process = None
        try:
            # Nobody but us (and root) may reach the sockets: behind them is no password.
            self.folder.chmod(0o700)
            if self.user is not None:
                os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
            self.prepare()
            self.start()
        except BaseException:
            self.close()
            raise

    def owner(self):
        """The user that it runs as; None is ourselves."""
        return unprivileged_user()

    def prepare(self):
        """What is to be done before the server starts."""

    def begin(self):
        """What is to be done once it answers."""

    def run(self, argv):
        """A command as the server's user; its output goes to the server's log."""
        with open(self.log, "ab") as log:
            done = subprocess.run(
                as_unprivileged(self.user, argv), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder
            )
        if done.returncode != 0:
            raise ServerFailed(f"{argv[0]} failed with status {done.returncode}:\n{self.log_tail()}")

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                as_unprivileged(self.user, self.command(), dies_with_parent=True),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for us; we end the server ourselves, in our order
            )
        deadline = time.monotonic() + self.start_limit
        while not self.answers():
            if self.process.poll() is not None:
                raise ServerFailed(f"{self.name} ended with status {self.process.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"{self.name} did not answer within {self.start_limit} s:\n{self.log_tail()}")
            time.sleep(0.02)
        self.begin()

    def log_tail(self):
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
        except OSError:
            return "(no log)"

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def found(program, remedy="./dev setup"):
    path = shutil.which(program)
    if path is None:
        raise ServerFailed(f"there is no {program} here: {remedy} installs it")
    return path


class Redis(Server):
    name = "redis"

    @property
    def socket(self):
        return self.folder / "redis.sock"

    def command(self):
        # fmt: off
        return [found("redis-server"), "--port", "0", "--unixsocket", str(self.socket), "--save", "",
                "--appendonly", "no", "--dir", str(self.folder)]
        # fmt: on

    def answers(self):
        answer = subprocess.run([found("redis-cli"), "-s", str(self.socket), "ping"], capture_output=True, text=True)
        return answer.stdout.strip() == "PONG"

    @property
    def environment(self):
        return {"WEIR_TEST_REDIS_SOCKET": str(self.socket)}


class Postgres(Server):
    """A cluster with the superuser and the database `weir`, open to whoever reaches its socket."""

    name = "postgres"
    account = "weir"
    port = "5432"  # part of the socket's file name

    @staticmethod
    def programs():
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        if not versions:
            raise ServerFailed("there is no PostgreSQL server here: ./dev setup installs it")
        return versions[-1].parent

    def prepare(self):
        # fmt: off
        self.run([str(self.programs() / "initdb"), "--pgdata", str(self.folder / "data"), "--username", self.account,
                  "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"])
        # fmt: on

    def command(self):
        # The data is thrown away, so nothing need be synced to disk.
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "port": self.port,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        argv = [str(self.programs() / "postgres"), "-D", str(self.folder / "data")]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        return argv

    def answers(self):
        ready = [str(self.programs() / "pg_isready"), "--quiet", "--host", str(self.folder), "--port", self.port]
        return subprocess.run(ready).returncode == 0

    def begin(self):
        self.query(f'create database "{self.account}"', database="postgres")

    def query(self, sql, database=None):
        """The result as CSV with a header line."""
        argv = [str(self.programs() / "psql"), "--no-psqlrc", "--csv", "--set", "ON_ERROR_STOP=1", "--command", sql]
        environment = {**os.environ, **self.environment}
        if database:
            environment["PGDATABASE"] = database
        done = subprocess.run(argv, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise ServerFailed(f"psql: {done.stderr.strip()}")
        return done.stdout

    @property
    def environment(self):
        return {
            "WEIR_TEST_POSTGRES_SOCKET": str(self.folder),
            "PGHOST": str(self.folder),
            "PGPORT": self.port,
            "PGUSER": self.account,
            "PGDATABASE": self.account,
        }
