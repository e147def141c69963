"""A long history for benchmarks in Python: copies of one run that a daemon has made, straight into its database."""


def copy_run(database, count):
    """`count` copies of the one run that there is, a quarter of a minute apart, with its tasks and tries."""
    changed = {
        "dag_run": {"id": "id + n", "run_id": "run_id || n"},
        "task_instance": {"run": "run + n"},
        "task_try": {"id": "id + 3 * n", "run": "run + n"},
    }
    database.execute("PRAGMA synchronous = OFF")
    database.execute("CREATE TEMP TABLE number AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c "
                     f"WHERE n < {count}) SELECT n FROM c")
    for table, columns in changed.items():
        names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        earlier = {name: f"{name} - n * 15000000" for name in names if name.endswith("_at") or name == "run_after"}
        values = [{**earlier, **columns}.get(name, name) for name in names]
        database.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table}, number")
    database.commit()
