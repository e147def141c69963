"""A large CSV joined with a small one, summed up and loaded into a table, by the load operator; its memory must not grow with the rows.

The floor is `sqlite3` doing the same: .import both, then the same query into a table.

    join.py [--rows 10000000] [--catalog 100000]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rows import at_least, at_most

PROGRAM = os.environ["WEIR_PROGRAM"]

QUERY = "select c.category, count(*) as views, sum(v.seconds) as seconds from views v join catalog c on c.product_id = v.product_id group by c.category"

DAG = """
tasks:
  report:
    load:
      from:
        views: {{csv: {folder}/{views}, columns: {{product_id: bigint, seconds: bigint}}}}
        catalog: {{csv: {folder}/catalog.csv, columns: {{product_id: bigint}}}}
      sql: {query}
      to: {{sqlite: {folder}/report.db, table: report, replace: table}}
"""

SCRIPT = """
create table views(product_id integer, seconds integer, page text);
create table catalog(product_id integer, category text, title text);
.mode csv
.import --skip 1 {folder}/{views} views
.import --skip 1 {folder}/catalog.csv catalog
create index catalog_product on catalog(product_id);
create table report as {query};
"""


def write(folder, rows, products):
    with open(folder / "catalog.csv", "w") as file:
        file.write("product_id,category,title\n")
        file.writelines(f"{i},category {i % 50},The title of product {i}\n" for i in range(products))
    for name, count in (("views.csv", rows), ("few.csv", rows // 10)):
        with open(folder / name, "w") as file:
            file.write("product_id,seconds,page\n")
            file.writelines(f"{i * 7919 % products},{i % 600},/product/{i % 1000}\n" for i in range(count))


def taken(command, text=None):
    """Seconds, and the MB that the largest process of it took at most."""
    before = time.monotonic()
    child = subprocess.Popen(command, stdin=subprocess.PIPE if text else subprocess.DEVNULL, stdout=subprocess.DEVNULL, text=True)
    child.communicate(text)
    seconds = time.monotonic() - before
    if child.returncode != 0:
        raise SystemExit(f"{command} ended with {child.returncode}")
    return seconds


def load(folder, views):
    """Seconds, and the MB of the largest process of it."""
    (folder / "report.yaml").write_text(DAG.format(folder=folder, views=views, query=QUERY))
    measured = [sys.executable, "-c", "import resource, subprocess, sys; subprocess.run(sys.argv[2:], check=True, stdout=subprocess.DEVNULL);"
                " open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024))"]
    seconds = taken([*measured, folder / "rss", PROGRAM, "run", folder / "report.yaml"])
    return seconds, float((folder / "rss").read_text())


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=10_000_000)
    arguments.add_argument("--catalog", type=int, default=100_000)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as name:
        folder = Path(name)
        write(folder, options.rows, options.catalog)
        bare = taken(["sqlite3", folder / "bare.db"], SCRIPT.format(folder=folder, views="views.csv", query=QUERY))
        _, few = load(folder, "few.csv")
        seconds, memory = load(folder, "views.csv")
        title = f"CSV join of {options.rows:,} x {options.catalog:,} rows"
        least, rate = options.rows / bare, options.rows / seconds
        at_least(title, rate, "rows/s", 0.8, least, "sqlite3's rate")
        at_most(title + ": memory", memory, "MB", 1.15, few, "that of a tenth of the rows")


main()
