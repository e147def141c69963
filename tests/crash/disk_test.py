"""The disk loses what was not synced when power fails; is slow; breaks. And a WAL that was torn.

What was promised (a run, by an exit code; a task, by starting it) must be in the database that is left.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import disk
import side_by_side
from workload import RUN, Workload, kill, state_of, wait_for

BOOT_ID = "/proc/sys/kernel/random/boot_id"


class Disk(Workload):
    def setUp(self):
        super().setUp()
        self.assertTrue(os.path.exists(disk.SHIM), "set WEIR_DISK_SHIM to the library built of disk_shim.cpp")
        self.journal = self.folder / "disk.log"

    def on_disk(self, **more):
        return disk.environment(self.journal, self.folder / ".weir/weir.db", **more)

    def boot(self, name):
        """A mount namespace in which the machine was booted as `name`; without the right to make one: this boot."""
        (self.folder / name).write_text(f"{name}\n")
        unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
        wrapper = [*unshare, "sh", "-c", f'mount --bind {self.folder}/{name} {BOOT_ID} && exec "$@"', "sh"]
        return wrapper if subprocess.run([*wrapper, "true"], capture_output=True).returncode == 0 else []

    def await_lines(self, count):
        wait_for("the run is there", self.run_row)
        wait_for("tasks run", lambda: len(self.trace()) >= count)

    def stop_everything_at_once(self):
        supervisor = self.supervisor_pid()
        self.daemon.send_signal(signal.SIGSTOP)
        if supervisor:
            os.kill(supervisor, signal.SIGSTOP)
            wait_for("it stands, and no task is being started", lambda: state_of(supervisor) == "T")
            with open(f"/proc/{supervisor}/task/{supervisor}/children") as children:
                for task in children.read().split():
                    os.killpg(int(task), signal.SIGKILL)
            kill(supervisor)
        self.kill_daemon()

    def check_promises(self, asking):
        """In a copy, since reading mends the WAL."""
        shutil.copytree(self.folder / ".weir", self.folder / "copy", ignore=shutil.ignore_patterns("*.sock"))
        with sqlite3.connect(self.folder / "copy/weir.db") as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            runs = database.execute("SELECT run_id FROM dag_run").fetchall()
            tries = set(database.execute("SELECT task_id, number FROM task_try").fetchall())
        database.close()
        if asking.wait() == 0:
            self.assertEqual(runs, [(RUN,)])
        self.assertEqual({(task, int(number)) for what, task, number in self.trace() if what == "begin"} - tries, set())

    def power_fails(self, seed):
        dice = random.Random(seed)
        self.launch(env=self.on_disk(), wrapper=self.boot("before"))
        wait_for("the daemon answers", self.answers)
        asking = self.ask_for_run()
        self.await_lines(dice.randrange(1, 9))
        self.stop_everything_at_once()
        disk.lose_power(self.journal, survives=lambda: dice.random() < (seed % 3) / 3)
        (self.folder / ".weir/weir.db-shm").unlink(missing_ok=True)
        journal = self.folder / ".weir/supervisor.journal"  # never synced
        os.truncate(journal, dice.randrange(journal.stat().st_size + 1))
        self.check_promises(asking)
        self.launch(wrapper=self.boot("after"))
        wait_for("the daemon answers", self.answers)
        self.ensure_run()
        self.go()
        self.await_success()
        self.check_books(may_be_lost=True)

    def test_the_disk_of_this_test_loses_what_is_not_synced(self):
        script = (
            "import os, sqlite3, sys; d = sqlite3.connect(sys.argv[1], isolation_level=None); "
            "d.execute('PRAGMA journal_mode = WAL'); d.execute('CREATE TABLE t (x)'); "
            "d.execute('PRAGMA wal_checkpoint'); d.execute('PRAGMA synchronous = ' + sys.argv[2]); "
            "d.execute('INSERT INTO t VALUES (1)'); os.kill(os.getpid(), 9)"
        )
        for synchronous, rows in (("OFF", []), ("FULL", [(1,)])):
            file = self.folder / f"{synchronous}.db"
            self.journal = self.folder / f"{synchronous}.log"
            subprocess.run(
                [sys.executable, "-c", script, file, synchronous], env={**os.environ, **disk.environment(self.journal, file)}
            )
            disk.lose_power(self.journal)
            (self.folder / f"{synchronous}.db-shm").unlink(missing_ok=True)
            with sqlite3.connect(file) as database:
                self.assertEqual(database.execute("SELECT x FROM t").fetchall(), rows)
            database.close()

    def test_a_slow_disk_delays_and_nothing_else(self):
        self.launch(env=self.on_disk(WEIR_DISK_SLOW="100"))
        wait_for("the daemon answers", self.answers)
        asking = self.ask_for_run()
        while asking.poll() is None:
            before = time.monotonic()
            self.api.get("/api/v2/monitor/health")
            self.assertLess(time.monotonic() - before, 5)  # readers don't wait for the disk
        self.go()
        self.await_success()
        self.check_books(may_be_lost=False)

    def test_a_daemon_that_is_killed_on_a_slow_disk_loses_nothing(self):
        self.launch(env=self.on_disk(WEIR_DISK_SLOW="100"))
        wait_for("the daemon answers", self.answers)
        asking = self.ask_for_run()
        self.await_lines(3)
        self.kill_daemon()
        self.check_promises(asking)
        self.start()
        self.go()
        self.await_success()
        self.check_books(may_be_lost=False)

    def test_a_broken_disk_ends_the_daemon_and_no_task(self):
        self.dag("other", "tasks: {t: {run: 'true'}}")
        self.launch(env=self.on_disk(WEIR_DISK_BROKEN=str(self.folder / "broken")))
        wait_for("the daemon answers", self.answers)
        self.ensure_run()
        self.await_lines(3)
        (self.folder / "broken").touch()
        # Nobody answers, so it may be so afterwards, or not: the bytes may be on the disk that could not say so.
        asking = subprocess.Popen(
            [os.environ["WEIR_PROGRAM"], "-c", str(self.folder / "weir.yaml"), "pause", "other"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.assertEqual(self.daemon.wait(30), -signal.SIGABRT)  # memory never runs ahead of the disk
        self.assertNotEqual(asking.wait(), 0)
        asking.communicate()
        self.assertIn("the database can be written: disk I/O error", self.read("daemon.log"))
        self.assertIsNotNone(self.supervisor_pid())
        self.start()
        self.go()
        self.await_success()
        self.check_books(may_be_lost=False)

    def torn_wal(self, share):
        """As no kill leaves it: commits are missing, so the books can't agree; but it is one moment of the past."""
        self.start()
        self.ensure_run()
        self.await_lines(5)
        self.stop_everything_at_once()
        wal = self.folder / ".weir/weir.db-wal"
        size = wal.stat().st_size
        os.truncate(wal, int(size * share) if share < 1 else size - 1)
        (self.folder / ".weir/weir.db-shm").unlink()
        (self.folder / "trace").rename(self.folder / "trace.before")
        self.start()
        self.ensure_run()
        self.go()
        self.await_success()
        self.stop_all()
        self.assertIn("sound", self.weir("db", "check").stdout)


def add(name, test):
    setattr(Disk, "test_" + name, test)


for the_seed in range(1, 1 + int(os.environ.get("WEIR_CRASH_SEEDS", "12"))):
    add(f"power_fails_{the_seed}", lambda self, seed=the_seed: self.power_fails(seed))
for the_share in (0, 0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 1):
    add(f"torn_wal_{int(1000 * the_share)}", lambda self, share=the_share: self.torn_wal(share))

if __name__ == "__main__":
    side_by_side.main()
