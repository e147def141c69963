#!/usr/bin/env python3
"""Weir's API, used by programs that know nothing of Weir. A part of ./dev test-system.

    clients.py --weir PROGRAM [--seconds 90]

Apache Airflow's official Python client lists, triggers, waits, reads logs, clears, marks and looks at everything that it knows
of; openapi-spec-validator reads the served document; schemathesis makes requests up from it for some time: no answer may be a
5xx, and each must be as the document says.

The clients come from PyPI, into an environment of their own in the user's cache. Exit code 77: PyPI was not there.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests" / "support")]

from daemon import Weir  # noqa: E402
from servers import ServerFailed, make_folder  # noqa: E402

PACKAGES = ["apache-airflow-client==3.2.*", "openapi-spec-validator==0.7.*", "schemathesis==4.*"]
NOT_FETCHED = 77

# /live never ends; what an account does may lock the others out.
LEFT_OUT = "^(/api/v2/live|/api/v2/auth/.*|/auth/.*|/api/v2/users.*|/api/v2/tokens.*)$"

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"

DAGS = {
    "greet": """
schedule: "0 4 * * *"
tags: [example]
params:
  who: {type: string, default: world}
tasks:
  hello: {run: [echo, "hello ${{ params.who }}"]}
  each: {needs: hello, foreach: [1, 2], run: 'echo "$WEIR_ITEM"'}
  bye: {needs: each, run: "echo bye"}
""",
    "fails": """
tasks:
  breaks: {run: "echo no; exit 3"}
""",
    "broken": "tasks: 7\n",
}

SETTINGS = """
listen: 127.0.0.1:{port}
auth: off
data: {folder}/data
dags: {folder}/dags
"""


def environment():
    """Python with the packages in it, or exit with NOT_FETCHED."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weir" / "clients"
    python = cache / "bin" / "python"
    marker = cache / "packages"
    wanted = "\n".join(PACKAGES)
    if marker.exists() and marker.read_text() == wanted:
        return python
    print(f"fetching {', '.join(PACKAGES)} into {cache}", flush=True)
    try:
        venv.create(cache, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    except subprocess.CalledProcessError as failure:
        print(f"PyPI was not there, or has not got them: {failure}", file=sys.stderr)
        sys.exit(NOT_FETCHED)
    marker.write_text(wanted)
    return python


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(program, folder, port):
    (folder / "dags").mkdir()
    for name, text in DAGS.items():
        (folder / "dags" / f"{name}.yaml").write_text(text)
    config = folder / "weir.yaml"
    config.write_text(SETTINGS.format(port=port, folder=folder))
    return Weir(program, config, folder / "data", folder / "weir.log")


def step(words, command, folder):
    """In the folder, because schemathesis keeps what it has found where it is started."""
    print(f"--- {words}", flush=True)
    return subprocess.run([str(word) for word in command], cwd=folder).returncode == 0


def known_ids(address, config):
    """Makes a run, and tells schemathesis of it: with ids made up it would see nothing but 404."""
    request = urllib.request.Request(f"{address}/api/v2/dags/greet/dagRuns", data=b"{}", headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        run_id = json.load(answer)["dag_run_id"]
    config.write_text(
        f'[parameters]\n"path.dag_id" = "greet"\n"path.run_id" = "{run_id}"\n"path.task_id" = "hello"\n'
        '"path.map_index" = -1\n"path.try_number" = 1\n"path.version_number" = 1\n"path.pool_name" = "default_pool"\n'
    )
    return config


def schemathesis(python, document, config, seconds):
    return [
        python.with_name("schemathesis"),
        *("--config-file", config),
        "run",
        document,
        *("--exclude-path-regex", LEFT_OUT),
        *("--checks", CHECKS),
        *("--max-time", seconds),
        *("--seed", 1),
    ]


def check(program, seconds):
    python = environment()
    folder = make_folder()
    try:
        port = free_port()
        weir = serve(program, folder, port)
        try:
            address = f"http://127.0.0.1:{port}"
            document = f"{address}/api/v2/openapi.json"
            ids = known_ids(address, folder / "schemathesis.toml")
            served = folder / "openapi.json"  # the validator reads files only
            with urllib.request.urlopen(document) as answer:
                served.write_bytes(answer.read())
            good = [
                step("Airflow's client", [python, "-B", HERE / "airflow_client_test.py", address], folder),
                step("the document is OpenAPI 3.1", [python, "-m", "openapi_spec_validator", served], folder),
                step(f"schemathesis, {seconds} s", schemathesis(python, document, ids, seconds), folder),
            ]
            if weir.process.poll() is not None:
                print(f"the daemon ended:\n{weir.log_tail()}", file=sys.stderr)
                good.append(False)
        finally:
            weir.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return all(good)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True, type=Path)
    parser.add_argument("--seconds", type=int, default=90)
    arguments = parser.parse_args()
    try:
        return 0 if check(arguments.weir.resolve(), arguments.seconds) else 1
    except ServerFailed as failure:
        print(f"failed: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
