#!/usr/bin/env python3
"""Runs a command with a Redis and a PostgreSQL of its own, and stops them when it ends.

    with_servers.py [--only redis|postgres] -- COMMAND…

The command finds them by WEIR_TEST_REDIS_SOCKET, WEIR_TEST_POSTGRES_SOCKET (a folder) and libpq's own PGHOST, PGPORT,
PGUSER and PGDATABASE. Its exit status is ours.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys

from servers import Postgres, Redis, ServerFailed


def end(*_):
    sys.exit(128 + signal.SIGTERM)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["redis", "postgres"])
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, end)
    environment = dict(os.environ)
    with contextlib.ExitStack() as running:
        for server in (Redis, Postgres):
            if options.only in (None, server.name):
                environment.update(running.enter_context(server()).environment)
        return subprocess.run(options.command, env=environment).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ServerFailed as problem:
        sys.exit(f"with_servers.py: {problem}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
