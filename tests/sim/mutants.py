"""Breaks Weir on purpose, one place at a time, and sees whether the simulation finds it: ./dev mutants [NAME…]

mutations.toml says what is broken. Each mutant is built in a copy of the source (build/mutants), so that nothing happens to
yours. Exit status 1: one survived, or what it breaks is not in the source any more.
"""

import argparse
import subprocess
import sys
import textwrap
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("mutations.toml")
COPY = ROOT / "build/mutants"
BUILD = COPY / "build/release"
SIM = BUILD / "tests/sim/sim"


def fail(message):
    sys.exit(f"mutants: {message}")


def load(names):
    mutations = tomllib.loads(LIST.read_text())["mutation"]
    known = [mutation["name"] for mutation in mutations]
    if twice := {name for name in known if known.count(name) > 1}:
        fail(f"{LIST.name} has two of the name {', '.join(twice)}")
    if unknown := set(names) - set(known):
        fail(f"{LIST.name} has no {', '.join(unknown)}; it has {', '.join(known)}")
    return [mutation for mutation in mutations if not names or mutation["name"] in names]


def stale(mutation):
    """What keeps this mutation from being made; None when it can be."""
    path = ROOT / mutation["file"]
    count = path.read_text().count(mutation["text"]) if path.exists() else 0
    if count == 1:
        return None
    return (f"{LIST.name}: '{mutation['name']}': its text is {count} times in {mutation['file']}, and must be there once; "
            "write it as the source has it now, or remove the mutation if nothing is left to break")


def update_copy():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.split("\0")
    sources = {name for name in listed if name and (ROOT / name).is_file()}
    for name in sources:
        source, copy = ROOT / name, COPY / name
        content = source.read_bytes()
        if copy.exists() and copy.read_bytes() == content:
            continue  # or all would be built again
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
        copy.chmod(source.stat().st_mode)
    for copy in COPY.rglob("*"):
        name = copy.relative_to(COPY)
        if copy.is_file() and name.parts[0] != "build" and str(name) not in sources:
            copy.unlink()


def run(command):
    return subprocess.run(command, cwd=COPY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def build():
    """What the compiler says when it fails; None when it does not."""
    done = run(["cmake", "--build", BUILD, "--target", "sim"])
    return None if done.returncode == 0 else done.stdout


def play(seeds):
    """The first failure of so many seeds, as (seed, words); None when all is well."""
    done = subprocess.run([SIM, "--seeds", str(seeds), "--as-is"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        return None
    plan, *words = done.stderr.splitlines()
    return plan.split()[0].removeprefix("seed="), " ".join(line.strip() for line in words[:2])


def try_one(mutation, seeds):
    """Whether it was found."""
    path = COPY / mutation["file"]
    original = path.read_text()
    path.write_text(original.replace(mutation["text"], mutation["instead"]))
    began = time.monotonic()
    try:
        if error := build():
            print(f"{error}\n{mutation['name']:34} DOES NOT COMPILE; write it anew in {LIST.name}", flush=True)
            return False
        built = time.monotonic()
        found = play(seeds)
    finally:
        path.write_text(original)
    took = f"{built - began:.0f} s to build, {time.monotonic() - built:.0f} s to play"
    if found:
        words = textwrap.shorten(found[1].replace(f"{COPY}/", ""), 150)
        print(f"{mutation['name']:34} seed {found[0]:>4}  {words}  ({took})", flush=True)
    else:
        print(f"{mutation['name']:34} SURVIVES {seeds} seeds: {mutation['breaks']}  ({took})", flush=True)
    return found is not None


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("names", nargs="*", metavar="NAME", help="of the mutations to try; all unless given")
    arguments.add_argument("--seeds", type=int, default=1000, help="that a mutant may survive before it is told (1000)")
    arguments.add_argument("--check", action="store_true", help="only see whether what they break is in the source")
    options = arguments.parse_args()

    mutations = load(options.names)
    if faults := [fault for mutation in mutations if (fault := stale(mutation))]:
        fail("\n".join(faults))
    if options.check:
        return print(f"{len(mutations)} mutations, each with its place in the source")

    update_copy()
    configured = run(["cmake", "--preset", "release"])
    if configured.returncode != 0:
        fail(f"cmake could not configure {COPY}:\n{configured.stdout}")
    if error := build():
        fail(f"the copy in {COPY} does not build:\n{error}")
    if found := play(100):
        fail(f"the simulation fails before anything is broken, with seed {found[0]}: {found[1]}")
    survivors = [mutation["name"] for mutation in mutations if not try_one(mutation, options.seeds)]
    print(f"{len(mutations) - len(survivors)} of {len(mutations)} mutants are found")
    if survivors:
        fail(f"not found: {', '.join(survivors)}. The simulation lacks a check, a fault or a workload that tells them")


if __name__ == "__main__":
    main()
