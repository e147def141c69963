"""The supervisor's journal is damaged while nobody runs: cut short, or with a flipped byte, anywhere.

At that moment `held` runs on, and the exit of another task is in the journal alone. What can't be read must become a lost
try: its process ended, run again. Never a task beside its own ghost, nor an exit that was not so.
"""

import struct

import side_by_side
from workload import Workload, kill, wait_for

RECORDS = 6  # header; of two tries each: launched, begun; and an exit
PARTS = ("length", "checksum", "kind", "id", "middle", "last")
LENGTH, CHECKSUM, KIND = 4, 4, 1  # bytes; see executors/supervisor/journal.cpp


def records_of(journal):
    """Where each begins and ends."""
    begin = 0
    while begin < len(journal):
        end = begin + LENGTH + CHECKSUM + struct.unpack_from("<I", journal, begin)[0]
        yield begin, end
        begin = end


class Journal(Workload):
    def damage(self, change):
        self.launch(env={"WEIR_FAILPOINTS": f"session.exited:1:stop:{self.folder}/hit"})
        wait_for("it answers", self.answers)
        asking = self.ask_for_run()
        wait_for("a task has ended, of which only the supervisor knows", lambda: self.read("hit"))
        wait_for("the other runs", lambda: ("begin", "held", "1") in self.trace())
        supervisor = self.supervisor_pid()
        journal = self.folder / ".weir/supervisor.journal"
        wait_for("both are on record", lambda: len(list(records_of(journal.read_bytes()))) >= RECORDS)
        self.kill_daemon()
        asking.wait()
        kill(supervisor)
        damaged = change(journal.read_bytes())
        if damaged is not None:
            journal.write_bytes(damaged)
        self.start()
        wait_for("what ran before has ended", self.held_is_anew)
        self.go()
        self.await_success()
        return self.check_books(may_be_lost=True)

    def held_is_anew(self):
        begun = [line for line in self.trace() if line[:2] == ("begin", "held")]
        return len(begun) == 2

    def cut(self, record, whole):
        def change(journal):
            begin, end = list(records_of(journal))[record]
            return journal[: begin if whole else (begin + end) // 2]

        self.damage(change)

    def flip(self, record, part):
        def change(journal):
            begin, end = list(records_of(journal))[record]
            kind = begin + LENGTH + CHECKSUM
            place = {"length": begin, "checksum": begin + LENGTH, "kind": kind, "id": kind + KIND}
            place |= {"middle": (kind + end) // 2, "last": end - 1}
            damaged = bytearray(journal)
            damaged[place[part]] ^= 0x01
            return bytes(damaged)

        self.damage(change)

    def test_undamaged_it_gives_the_exit(self):
        tries = self.damage(lambda journal: journal)
        self.assertEqual(tries["first", 1][0], "success")
        self.assertNotIn("damaged", self.read(".weir/supervisor.log"))

    def test_removed(self):
        self.damage(lambda journal: (self.folder / ".weir/supervisor.journal").unlink())

    def test_a_damaged_one_is_told_of_and_kept(self):
        self.damage(lambda journal: journal[:-1])
        self.assertIn("damaged", self.read(".weir/supervisor.log"))
        self.assertTrue((self.folder / ".weir/supervisor.journal.damaged").exists())


def add(name, test):
    setattr(Journal, "test_" + name, test)


for the_record in range(RECORDS):
    for the_end in (True, False):
        add(f"cut_{'before' if the_end else 'within'}_{the_record}", lambda self, cell=(the_record, the_end): self.cut(*cell))
    for the_part in PARTS:
        add(f"flip_{the_part}_of_{the_record}", lambda self, cell=(the_record, the_part): self.flip(*cell))

if __name__ == "__main__":
    side_by_side.main()
