-- The ledger: every event from outside with what became of it, the windows they complete, how far each asset and each
-- source is, and what runs remember of it.

ALTER TABLE dag ADD COLUMN windows_through INTEGER;

ALTER TABLE dag_run ADD COLUMN cause TEXT;
ALTER TABLE dag_run ADD COLUMN ledger_through INTEGER;
ALTER TABLE dag_run ADD COLUMN stale_since INTEGER;
ALTER TABLE dag_run ADD COLUMN rerun_at INTEGER;
CREATE INDEX dag_run_rerun ON dag_run (rerun_at) WHERE rerun_at IS NOT NULL;
CREATE INDEX dag_run_stale ON dag_run (dag_id, stale_since) WHERE stale_since IS NOT NULL;

CREATE TABLE event (
    id          INTEGER PRIMARY KEY,
    source      TEXT NOT NULL,
    position    TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    ce_id       TEXT NOT NULL,  -- the CloudEvent
    ce_source   TEXT NOT NULL,
    type        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    time        INTEGER,
    disposition TEXT NOT NULL,
    reason      TEXT NOT NULL,
    run         INTEGER,
    replay_of   INTEGER,
    attributes  TEXT,
    data        TEXT
) STRICT;
-- What was taken once. A duplicate, and what could not be taken, leave the place to the one that can.
CREATE UNIQUE INDEX event_by_identity ON event (ce_source, ce_id)
    WHERE disposition <> 'duplicate' AND disposition <> 'rejected' AND disposition <> 'replayed';
CREATE INDEX event_by_received ON event (received_at);
CREATE INDEX event_by_disposition ON event (disposition);
CREATE INDEX event_by_source ON event (source);
CREATE INDEX event_by_type ON event (type);
CREATE INDEX event_by_subject ON event (subject);
CREATE INDEX event_by_run ON event (run) WHERE run IS NOT NULL;
CREATE INDEX event_pending ON event (id) WHERE disposition = 'pending';

CREATE TABLE window (
    asset        TEXT NOT NULL,
    key          TEXT NOT NULL,
    window_start INTEGER NOT NULL,
    window_end   INTEGER NOT NULL,
    revision     INTEGER NOT NULL,
    event        INTEGER NOT NULL,
    completed_at INTEGER NOT NULL,
    row_count    INTEGER,
    PRIMARY KEY (asset, key, window_start, window_end, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX window_by_start ON window (window_start);
CREATE INDEX window_by_event ON window (event);

CREATE TABLE asset (
    asset      TEXT NOT NULL,
    key        TEXT NOT NULL,
    watermark  INTEGER,
    newest_end INTEGER,
    longest    INTEGER NOT NULL DEFAULT 0,  -- microseconds: no window of it is longer
    last_seen  INTEGER NOT NULL,
    last_event INTEGER,
    PRIMARY KEY (asset, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE source_position (
    source   TEXT NOT NULL,
    part     TEXT NOT NULL,
    position TEXT NOT NULL,
    PRIMARY KEY (source, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE counted_event (
    dag_id TEXT NOT NULL,
    entry  INTEGER NOT NULL,
    event  INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (dag_id, entry, event)
) STRICT, WITHOUT ROWID;
