"""Every boundary of a turn and of the supervision protocol, and every death there.

A cell: daemon or supervisor stand still exactly at a failpoint (executors/wire/failpoint.hpp), then the daemon, the
supervisor or both are killed, or the daemon is told to stop; what stood goes on; the daemon is started again. In the end
the run must have succeeded, nothing may have run twice, and every state must be what the tasks themselves wrote down.

On the boundaries of a turn the loop's thread alone is held, and what it has let go of comes to pass: an effect before its
commit would be seen. Elsewhere, and in recovery, the process stops as a whole.

    matrix_test.py [CELL…]                 as in: matrix_test.py Matrix.test_turn_committed_4__kill_both
    WEIR_CRASH_PASSAGES=20 matrix_test.py  every failpoint at each of its first 20 passages
"""

import os
import re
import signal
import time

import side_by_side
from workload import PATIENCE, TASKS, Workload, kill, state_of, wait_for

HEADER = side_by_side.ROOT / "executors/wire/failpoint.hpp"
FAILPOINTS = re.findall(r'"([a-z]+\.[a-z_]+)",', HEADER.read_text().partition("kFailpoints{")[2])

# Which passages stand for the kinds of turns and of tries that there are. Of turns: the run is made, tasks have begun or
# ended. Of the others: the second try.
PASSAGES = {"turn": (3, 5), "session": (2,), "supervisor": (2,)}
# Once in a process. And what can only be another thing while recovering from a death of both, with a task running.
ONCE = {"session.welcomed", "session.listed", "supervisor.recovering", "supervisor.rewriting", "supervisor.recovered"}
RECOVERING = ONCE | {"session.started", "session.exited", "session.before_ack", "session.after_ack"}
MANY_PASSAGES = int(os.environ.get("WEIR_CRASH_PASSAGES", "0"))
UNREACHABLE = 3  # the exit code of a verb that no daemon answers

ACTIONS = ("kill_daemon", "kill_supervisor", "kill_both", "stop_daemon")


class Matrix(Workload):
    def stand_at(self, point, passage, how="stop"):
        """Starts an armed daemon and asks for the run until somebody stands at the point."""
        hit = self.folder / "hit"
        self.launch(env={"WEIR_FAILPOINTS": f"{point}:{passage}:{how}:{hit}"})
        self.how = how
        self.addCleanup(self.let_go)
        self.asking = None
        self.promised = False
        deadline = time.monotonic() + PATIENCE
        while not hit.exists():
            self.assertIsNone(self.daemon.poll(), self.read("daemon.log"))
            self.assertLess(time.monotonic(), deadline, f"nobody came to {point}:\n{self.read('daemon.log')}")
            if self.asking is None and (self.folder / ".weir/weir.sock").exists():
                self.asking = self.ask_for_run()
            if self.asking is not None and self.asking.poll() == UNREACHABLE:
                self.asking = None
            if self.may_go():
                self.go()
            if MANY_PASSAGES and self.is_over():
                self.skipTest(f"{point} is passed less than {passage} times")
            time.sleep(0.01)
        self.standing = int(wait_for("the file is written", hit.read_text))
        if how == "stop":
            wait_for("it stands", lambda: state_of(self.standing) == "T")
        else:
            wait_for("all that was let go of has come to pass", self.is_quiet)

    def let_go(self):
        standing = self.read("hit")
        if standing and state_of(standing) == "T":
            os.kill(int(standing), signal.SIGCONT)
        if self.how == "hold":
            (self.folder / "hit").unlink(missing_ok=True)

    def is_quiet(self):
        """Daemon and supervisor wait, and go on waiting: no thread but the held one, which naps, has been scheduled."""
        before = self.switches()
        time.sleep(0.05)
        after = self.switches()
        return sum(after.get(thread) != count for thread, count in before.items()) <= 1

    def switches(self):
        """{thread: how often it has waited}"""
        counts = {}
        for pid in {self.daemon.pid, self.supervisor_pid() or self.daemon.pid}:
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/status") as status:
                    counts[thread] = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read(), re.MULTILINE).group(1)
        return counts

    def may_go(self):
        """All that can run without `held` has run: the point may be one that only its end comes to."""
        return sum(line[0] == "end" for line in self.trace()) >= len(TASKS) - 2

    def is_over(self):
        """The daemon may be standing by now, so it isn't asked."""
        ended = self.folder / "trace"
        return "end last" in self.read("trace") and time.time() - ended.stat().st_mtime > 2

    def act(self, action):
        """Returns with what stood going on, or dead."""
        supervisor = self.supervisor_pid()
        if action in ("kill_supervisor", "kill_both") and supervisor is not None:
            kill(supervisor)
        if action in ("kill_daemon", "kill_both"):
            self.kill_daemon()
        if action == "stop_daemon":
            self.daemon.send_signal(signal.SIGTERM)
        self.let_go()
        if action == "stop_daemon":
            self.assertIn(self.daemon.wait(PATIENCE), (0, -signal.SIGTERM), self.read("daemon.log"))

    def go_on(self, action):
        if self.daemon.poll() is not None:
            self.launch()
        wait_for("the daemon answers", self.answers)
        if self.asking is not None and self.asking.wait(PATIENCE) == 0:
            self.assertIsNotNone(self.run_row(), "the daemon promised a run that is not there")
        self.ensure_run()
        self.go()
        self.await_success()
        self.check_books(may_be_lost=action in ("kill_supervisor", "kill_both"))

    def cell(self, point, passage, action):
        self.stand_at(point, passage, how="hold" if point.startswith("turn.") else "stop")
        self.act(action)
        self.go_on(action)

    def cell_of_recovery(self, point, action):
        """The same while daemon and supervisor recover from a death of both, with one task running."""
        self.start()
        self.ensure_run()
        wait_for("a task runs and others have ended", self.may_go)
        supervisor = self.supervisor_pid()
        self.kill_daemon()
        kill(supervisor)
        self.stand_at(point, 1)
        self.act(action)
        self.go_on("kill_both")


def add(name, test):
    setattr(Matrix, "test_" + name.replace(".", "_"), test)


def passages_of(point):
    if point in ONCE:
        return (1,)
    if MANY_PASSAGES:
        return range(1, MANY_PASSAGES + 1)
    return PASSAGES[point.split(".")[0]]


for the_point in FAILPOINTS:
    for the_action in ACTIONS:
        for the_passage in passages_of(the_point):
            add(
                f"{the_point}_{the_passage}__{the_action}",
                lambda self, cell=(the_point, the_passage, the_action): self.cell(*cell),
            )
        if the_point in RECOVERING or the_point.startswith("turn.") or MANY_PASSAGES:
            add(
                f"{the_point}_in_recovery__{the_action}",
                lambda self, cell=(the_point, the_action): self.cell_of_recovery(*cell),
            )


if __name__ == "__main__":
    side_by_side.main()
