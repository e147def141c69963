-- Instances of `foreach`, backfills, notifications, and what runs and tasks remember of deadlines and restarts.

ALTER TABLE dag ADD COLUMN failed_in_a_row INTEGER NOT NULL DEFAULT 0;

ALTER TABLE dag_run ADD COLUMN restart_of TEXT NOT NULL DEFAULT '';
ALTER TABLE dag_run ADD COLUMN backfill INTEGER;
ALTER TABLE dag_run ADD COLUMN retries_used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dag_run ADD COLUMN retry_at INTEGER;
ALTER TABLE dag_run ADD COLUMN deadline_missed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX dag_run_by_backfill ON dag_run (backfill) WHERE backfill IS NOT NULL;

ALTER TABLE task_instance ADD COLUMN mapped INTEGER NOT NULL DEFAULT 0;  -- instances that the row with map_index -1 stands for
ALTER TABLE task_instance ADD COLUMN item TEXT;
ALTER TABLE task_instance ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE task_instance ADD COLUMN waits_since INTEGER;
ALTER TABLE task_instance ADD COLUMN deadline_missed INTEGER NOT NULL DEFAULT 0;

DROP INDEX task_instance_by_state;
CREATE INDEX task_instance_by_state ON task_instance (state)
    WHERE state = 'queued' OR state = 'running' OR state = 'up_for_retry' OR state = 'up_for_reschedule'
       OR state = 'deferred' OR state = 'failed' OR state = 'upstream_failed' OR state = 'skipped' OR state = 'removed';

CREATE TABLE backfill (
    id              INTEGER PRIMARY KEY,
    dag_id          TEXT NOT NULL,
    first_date      INTEGER NOT NULL,
    last_date       INTEGER NOT NULL,
    state           TEXT NOT NULL,
    reprocess       TEXT NOT NULL,
    backwards       INTEGER NOT NULL,
    max_active_runs INTEGER NOT NULL,
    params          TEXT,
    user            TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    total           INTEGER NOT NULL,
    made            INTEGER NOT NULL,
    made_through    INTEGER  -- the last date that was decided on, in its direction
) STRICT;
CREATE INDEX backfill_by_dag ON backfill (dag_id);
CREATE INDEX backfill_open ON backfill (id) WHERE state = 'running' OR state = 'paused';

CREATE TABLE notification (
    id         INTEGER PRIMARY KEY,
    dag_id     TEXT NOT NULL,
    run_id     TEXT NOT NULL,
    task_id    TEXT NOT NULL,  -- empty: about the run
    map_index  INTEGER NOT NULL,
    event      TEXT NOT NULL,
    notifier   TEXT NOT NULL,  -- one of these two is empty
    script     TEXT NOT NULL,
    message    TEXT,
    state      TEXT NOT NULL,
    attempts   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER,
    reason     TEXT NOT NULL
) STRICT;
CREATE INDEX notification_by_run ON notification (dag_id, run_id);
CREATE INDEX notification_open ON notification (id) WHERE state = 'pending';
