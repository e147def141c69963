-- Runs, their tasks and tries, and the DAG texts they came from.
-- Times are microseconds since 1970 in UTC; enums are the texts of scheduler/model/states.hpp; JSON is text.
-- Foreign keys are deferred: a turn's rows may come in any order, and are held to account at COMMIT.

CREATE TABLE dag_version (
    id         INTEGER PRIMARY KEY,
    dag_id     TEXT NOT NULL,
    number     INTEGER NOT NULL,  -- counts up per DAG
    hash       TEXT NOT NULL,
    file       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    source     TEXT NOT NULL,     -- last, so that reading the others never touches its overflow pages
    UNIQUE (dag_id, number)
) STRICT;

CREATE TABLE dag (
    dag_id            TEXT NOT NULL PRIMARY KEY,
    version           INTEGER REFERENCES dag_version (id) DEFERRABLE INITIALLY DEFERRED,
    paused            INTEGER NOT NULL,
    removed           INTEGER NOT NULL,
    scheduled_through INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX dag_by_version ON dag (version);

CREATE TABLE dag_run (
    id                  INTEGER PRIMARY KEY,
    dag_id              TEXT NOT NULL,
    run_id              TEXT NOT NULL,
    version             INTEGER NOT NULL REFERENCES dag_version (id) DEFERRABLE INITIALLY DEFERRED,
    type                TEXT NOT NULL,
    state               TEXT NOT NULL,
    triggered_by        TEXT NOT NULL,
    triggering_user     TEXT NOT NULL,
    logical_date        INTEGER,
    data_interval_start INTEGER,
    data_interval_end   INTEGER,
    timezone            TEXT NOT NULL,
    run_after           INTEGER NOT NULL,
    queued_at           INTEGER NOT NULL,
    started_at          INTEGER,
    ended_at            INTEGER,
    params              TEXT,
    note                TEXT NOT NULL,
    UNIQUE (dag_id, run_id),
    CHECK ((data_interval_start IS NULL) = (data_interval_end IS NULL))
) STRICT;
CREATE UNIQUE INDEX dag_run_by_logical_date ON dag_run (dag_id, logical_date) WHERE logical_date IS NOT NULL;
-- Each index ends with the row's id, so these list newest first without sorting.
CREATE INDEX dag_run_by_dag ON dag_run (dag_id);
CREATE INDEX dag_run_by_dag_state ON dag_run (dag_id, state);
CREATE INDEX dag_run_by_state ON dag_run (state);
CREATE INDEX dag_run_by_dag_run_after ON dag_run (dag_id, run_after);
CREATE INDEX dag_run_by_dag_started ON dag_run (dag_id, started_at);
CREATE INDEX dag_run_by_dag_ended ON dag_run (dag_id, ended_at);
CREATE INDEX dag_run_by_run_after ON dag_run (run_after);
CREATE INDEX dag_run_by_version ON dag_run (version);

-- Totals for lists: counting a million index entries on every page would take longer than the page.
CREATE TABLE dag_run_count (
    dag_id TEXT NOT NULL,
    state  TEXT NOT NULL,
    type   TEXT NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (dag_id, state, type)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER dag_run_count_insert AFTER INSERT ON dag_run BEGIN
    INSERT INTO dag_run_count VALUES (new.dag_id, new.state, new.type, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER dag_run_count_update AFTER UPDATE OF state ON dag_run WHEN old.state <> new.state BEGIN
    UPDATE dag_run_count SET count = count - 1 WHERE dag_id = old.dag_id AND state = old.state AND type = old.type;
    INSERT INTO dag_run_count VALUES (new.dag_id, new.state, new.type, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER dag_run_count_delete AFTER DELETE ON dag_run BEGIN
    UPDATE dag_run_count SET count = count - 1 WHERE dag_id = old.dag_id AND state = old.state AND type = old.type;
END;

-- Clustered by run: a run's tasks lie together, and an upsert touches one tree.
-- No foreign key to dag_run: retention removes the run first, whole, and then sweeps its tasks (see pruned_run).
CREATE TABLE task_instance (
    run             INTEGER NOT NULL,
    task_id         TEXT NOT NULL,
    map_index       INTEGER NOT NULL,
    state           TEXT NOT NULL,
    try_number      INTEGER NOT NULL,
    max_tries       INTEGER NOT NULL,
    scheduled_at    INTEGER,
    queued_at       INTEGER,
    started_at      INTEGER,
    ended_at        INTEGER,
    retry_at        INTEGER,
    pool            TEXT NOT NULL,
    pool_slots      INTEGER NOT NULL,
    priority_weight INTEGER NOT NULL,
    operator_kind   TEXT NOT NULL,
    executor        TEXT NOT NULL,
    reason          TEXT NOT NULL,
    outputs         TEXT,
    PRIMARY KEY (run, task_id, map_index)
) STRICT, WITHOUT ROWID;
-- For lists over all runs. The states that nearly every row passes through or ends in stay out, to keep upserts cheap.
-- OR instead of IN: SQLite matches `state = 'failed'` with one side of an OR, but not with a list.
CREATE INDEX task_instance_by_state ON task_instance (state)
    WHERE state = 'queued' OR state = 'running' OR state = 'up_for_retry' OR state = 'failed'
       OR state = 'upstream_failed' OR state = 'skipped' OR state = 'removed';

CREATE TABLE task_try (
    id         INTEGER PRIMARY KEY,
    run        INTEGER NOT NULL,
    task_id    TEXT NOT NULL,
    map_index  INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    state      TEXT NOT NULL,
    executor   TEXT NOT NULL,
    epoch      TEXT NOT NULL,
    boot_id    TEXT NOT NULL,
    pid        INTEGER,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at   INTEGER,
    exit_code  INTEGER,
    signal     INTEGER,
    reason     TEXT NOT NULL,
    log_path   TEXT NOT NULL,
    FOREIGN KEY (run, task_id, map_index) REFERENCES task_instance DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX task_try_by_task_instance ON task_try (run, task_id, map_index);
CREATE INDEX task_try_open ON task_try (run) WHERE state IN ('launching', 'running');

-- Runs that retention removed and whose task instances, tries or log folders may be left.
CREATE TABLE pruned_run (
    run    INTEGER PRIMARY KEY,
    dag_id TEXT NOT NULL,
    run_id TEXT NOT NULL
) STRICT;

-- Ids below `next` have been given out. Written only when retention deletes, since until then the rows say it themselves.
CREATE TABLE id_floor (
    name TEXT NOT NULL PRIMARY KEY,  -- dag_version, dag_run or task_try
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
