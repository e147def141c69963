"""The Java programs of the system test: Kafka and Flink, as Maven artifacts in a cache outside of the repository.

kafka.pom.xml and flink.pom.xml say what is wanted, jars.sha256 what that is to the byte, dependencies included. Nothing runs
that is not as it says there. After a change to a POM: `jars.py --lock` fetches anew and writes the list.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCK = HERE / "jars.sha256"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
FETCH_LIMIT = 1800  # seconds; some 180 MB
PROGRAMS = ("kafka", "flink")


class NotFetched(Exception):
    """A registry did not give what is needed: the test can't run, which says nothing about Weir."""


class NotAsLocked(Exception):
    pass


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "weir" / "system"


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def locked(program):
    """Name to SHA-256 of the jars of one program."""
    jars = {}
    for line in LOCK.read_text().splitlines():
        checksum, path = line.split("  ", 1)
        folder, name = path.split("/")
        if folder == program:
            jars[name] = checksum
    return jars


def difference(folder, jars):
    """What is wrong with the jars in a folder, in words; empty if nothing is."""
    found = {path.name for path in folder.glob("*.jar")} if folder.is_dir() else set()
    for name in sorted(found ^ jars.keys()):
        return f"{name} is missing" if name in jars else f"{name} is not in {LOCK.name}"
    for name, checksum in jars.items():
        if digest(folder / name) != checksum:
            return f"{name} is not the file whose checksum is in {LOCK.name}"
    return ""


def fetch(program, folder):
    pom = HERE / f"{program}.pom.xml"
    # fmt: off
    command = ["mvn", "--batch-mode", "--quiet", "--file", str(pom), COPY, "-DincludeScope=runtime",
               f"-DoutputDirectory={folder}"]
    # fmt: on
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=FETCH_LIMIT)
    except FileNotFoundError:
        raise NotFetched("there is no mvn here to fetch with: ./dev test-system installs it") from None
    except subprocess.TimeoutExpired:
        raise NotFetched(f"Maven Central did not give the jars of {program} within {FETCH_LIMIT} s") from None
    if done.returncode != 0:
        words = [line for line in done.stdout.splitlines() if "[ERROR]" in line]
        raise NotFetched(f"Maven Central did not give the jars of {program}:\n" + "\n".join(words[:3] or [done.stderr]))


def ensure(program, say):
    """The folder with the program's jars, each as locked; fetched if it is not there."""
    folder, jars = cache() / program, locked(program)
    if not difference(folder, jars):
        return folder
    say(f"Fetching {program} from Maven Central: {len(jars)} jars, kept in {folder}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{program}.", dir=folder.parent) as fresh:
        fetch(program, fresh)
        fault = difference(Path(fresh), jars)
        if fault:
            raise NotAsLocked(f"what Maven fetched for {program} is refused: {fault}")
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(fresh, folder)
        Path(fresh).mkdir()  # which the context removes
    return folder


def lock():
    lines = []
    for program in PROGRAMS:
        with tempfile.TemporaryDirectory() as folder:
            fetch(program, folder)
            lines += [f"{digest(path)}  {program}/{path.name}\n" for path in sorted(Path(folder).glob("*.jar"))]
    LOCK.write_text("".join(lines))


if __name__ == "__main__":
    if sys.argv[1:] != ["--lock"]:
        sys.exit("jars.py --lock")
    lock()
