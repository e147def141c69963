#!/usr/bin/env python3
"""Holds every #include of ours against the house's plan: which room may include which, and who may see which library.

    layers.py [ROOT]        says file:line for each include that breaks the plan; exit status 1 if there is one

It also reads the names of all TEST_CASEs: one with a `;` would be two entries of ctest, neither of which runs anything.

There is no list of exceptions. A room that needs more is given more here and in CMakeLists.txt (ROOMS of weir_room, which
is held against this table too), or the code moves.
"""

import re
import sys
from pathlib import Path

# Room: its folder, and the rooms that it may include beside itself.
ROOMS = {
    "model": ("scheduler/model", []),
    "calendar": ("scheduler/calendar", ["model"]),
    "expr": ("scheduler/expr", ["model"]),
    "yaml": ("scheduler/yaml", ["model", "calendar", "expr"]),
    "core": ("scheduler/core", ["model", "calendar", "expr"]),
    "ports": ("scheduler/ports", ["core", "model"]),
    "migrations": ("migrations", []),
    "store": ("scheduler/store", ["ports", "core", "model", "migrations"]),
    "wire": ("executors/wire", []),
    "supervisor": ("executors/supervisor", ["wire"]),
    "process": ("executors/process", ["wire", "ports", "model"]),
    "connectors": ("executors/connectors", ["model"]),
    "operators": ("executors/operators", ["model", "expr", "connectors"]),
    "http": ("web/http", []),
    "layout": ("web/layout", []),
    "accounts": ("web/accounts", ["ports", "model"]),
    "api": ("web/api", ["accounts", "http", "layout", "ports", "calendar", "model"]),
    "live": ("web/live", ["http", "ports", "core", "model"]),
    "pages": ("web/pages", ["http"]),
    "daemon": ("daemon", ["live", "pages", "api", "accounts", "http", "process", "supervisor", "operators", "store", "yaml", "core", "ports"]),
}

# The composition root puts everything together, and a test or a benchmark may use whatever it tests.
UNBOUND_ROOMS = {"daemon"}
UNBOUND_FOLDERS = ("tests", "bench", "cmake")

# Library, by what its includes look like: the folders (or beginnings of file names) that may see it. A library that is
# not named here may be used anywhere.
LIBRARIES = [
    ("yaml-cpp", r"yaml-cpp/", ["scheduler/yaml/"]),
    ("SQLite", r"sqlite3(ext)?\.h$|SQLiteCpp/", ["scheduler/store/", "executors/connectors/sqlite", "executors/operators/sqlite"]),
    ("libpq", r"libpq-fe\.h$|postgresql/|libpq/", ["executors/connectors/"]),
    ("hiredis", r"hiredis/", ["executors/connectors/"]),
    ("date", r"date/", ["scheduler/calendar/"]),
    ("Asio and Beast", r"boost/(asio|beast)", ["executors/process/", "web/http/", "web/api/", "web/live/", "daemon/"]),
    ("OpenSSL", r"openssl/", ["web/http/"]),
    ("CLI11", r"CLI/", ["daemon/"]),
    ("spdlog", r"spdlog/", ["daemon/"]),
    ("libsodium", r"sodium", ["web/accounts/"]),
]

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include(?:_next)?[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)
BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SOURCES = {".hpp", ".cpp", ".h", ".hh", ".cc", ".c", ".ipp", ".inl", ".in"}
NOT_OURS = {"build", ".git", ".weir", "node_modules"}


def sources(root):
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if path.suffix in SOURCES and not NOT_OURS & set(relative.parts) and path.is_file():
            yield relative


def includes(text):
    """(line, name, in quotes) of each. Block comments are blanked, so that lines keep their numbers."""
    text = BLOCK_COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment.group()), text)
    for found in INCLUDE.finditer(text):
        line = text.count("\n", 0, found.start(0)) + 1
        yield line, found.group(1) or found.group(2), found.group(1) is not None


def room_of(path):
    for room, (folder, _) in ROOMS.items():
        if path.startswith(folder + "/"):
            return room
    return None


def generated(name, room, root):
    """A header that the build writes: a *.cmake in its room says so."""
    folder = root / ROOMS[room][0]
    return any(Path(name).name in script.read_text(encoding="utf-8") for script in folder.glob("*.cmake"))


def unbound(path):
    return path.startswith(tuple(folder + "/" for folder in UNBOUND_FOLDERS))


def fault_of(path, name, in_quotes, root):
    """What is wrong with this include, or None."""
    if unbound(path):
        return None
    room = room_of(path)
    if room is None:
        return "this file is in no room; move it, or add its room to tests/layers/layers.py and CMakeLists.txt"
    ours = in_quotes or room_of(name) is not None
    if ours:
        target = room_of(name)
        if target is None or not ((root / name).is_file() or generated(name, target, root)):
            return f'"{name}" is no header of a room; write the path from the top of the project'
        allowed = ROOMS[room][1]
        if target != room and target not in allowed and room not in UNBOUND_ROOMS:
            return f"{room} may include {', '.join([room, *allowed])}; not {target} ({name})"
        return None
    for library, pattern, places in LIBRARIES:
        if re.match(pattern, name) and not path.startswith(tuple(places)):
            return f"{library} is for {', '.join(places)} only ({name})"
    return None


def check_includes(root):
    for path in sources(root):
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        for line, name, in_quotes in includes(text):
            fault = fault_of(path.as_posix(), name, in_quotes, root)
            if fault:
                yield f"{path}:{line}: {fault}"


TEST_CASE = re.compile(r'\bTEST_CASE\w*\(\s*(?:\w[\w:]*\s*,\s*)?((?:"(?:[^"\\\n]|\\.)*"\s*)+)')


def check_test_names(root):
    for path in sources(root):
        if not path.as_posix().startswith("tests/"):
            continue
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        for found in TEST_CASE.finditer(text):
            if ";" in found.group(1):
                line = text.count("\n", 0, found.start(0)) + 1
                yield f"{path}:{line}: the name of a test case may hold no ';', at which ctest cuts it in two"


WEIR_ROOM = re.compile(r"weir_room\(\s*(\w+)\s+([\w/]+)([^)]*)\)")


def check_cmake(root):
    """The same table, as the linker sees it."""
    text = re.sub(r"#.*", "", (root / "CMakeLists.txt").read_text(encoding="utf-8"))
    built = {}
    for room, folder, rest in WEIR_ROOM.findall(text):
        words = rest.split()
        allowed = []
        if "ROOMS" in words:
            for word in words[words.index("ROOMS") + 1 :]:
                if word.isupper():
                    break
                allowed.append(word)
        built[room] = (folder, allowed)
    for room in sorted(ROOMS.keys() | built.keys()):
        here, there = ROOMS.get(room), built.get(room)
        if here is None or there is None:
            where = "tests/layers/layers.py" if here is None else "CMakeLists.txt"
            yield f"CMakeLists.txt: room {room} is missing in {where}"
        elif here[0] != there[0] or set(here[1]) != set(there[1]):
            yield (
                f"CMakeLists.txt: room {room} is {there[0]} with {', '.join(there[1]) or 'nothing'} there, "
                f"and {here[0]} with {', '.join(here[1]) or 'nothing'} in tests/layers/layers.py"
            )


def check(root):
    return [*check_cmake(root), *check_includes(root), *check_test_names(root)]


if __name__ == "__main__":
    top = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    faults = check(top)
    print("\n".join(faults) or "layers: every include keeps to the plan")
    sys.exit(1 if faults else 0)
