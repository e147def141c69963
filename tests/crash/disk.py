"""What disk_shim.cpp wrote down, and the loss of power played by it."""

import os
import struct
from pathlib import Path

SHIM = os.environ.get("WEIR_DISK_SHIM", "")


def environment(log, files, **more):
    """For the program whose files beginning with `files` lie on such a disk."""
    return {"LD_PRELOAD": SHIM, "WEIR_DISK_LOG": str(log), "WEIR_DISK_FILES": str(files), **more}


def records(log):
    data = Path(log).read_bytes()
    place = 0

    def text():
        nonlocal place
        (size,) = struct.unpack_from("<Q", data, place)
        place += 8 + size
        return data[place - size : place]

    while place < len(data):
        what = data[place : place + 1]
        place += 1
        path, before = os.fsdecode(text()), text()
        offset, size = struct.unpack_from("<QQ", data, place)
        place += 16
        yield what, path, before, offset, size


def lose_power(log, survives=lambda: False):
    """Undoes the writes that no sync followed, but for those that reached the disk all the same. Returns how many."""
    unsynced = {}
    for what, path, before, offset, size in records(log):
        if what == b"s":
            unsynced[path] = []
        else:
            unsynced.setdefault(path, []).append((before, offset, size))
    lost = 0
    for path, writes in unsynced.items():
        if not os.path.exists(path):
            continue  # a rollback journal, from before the database had a WAL
        with open(path, "r+b") as file:
            for before, offset, size in reversed(writes):
                if survives():
                    continue
                file.seek(offset)
                file.write(before)
                file.truncate(size)
                lost += 1
    return lost
