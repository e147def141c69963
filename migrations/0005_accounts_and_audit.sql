-- Users, their logins, tokens, and what was done by whom. No row refers to another by a foreign key: the rows of a user who
-- is erased go with the user, in the same transaction.

CREATE TABLE user_account (
    name          TEXT NOT NULL PRIMARY KEY,
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL,
    active        INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    last_login_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    hash       TEXT NOT NULL PRIMARY KEY,
    user       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_user ON session (user);
CREATE INDEX session_by_expiry ON session (expires_at);

-- AUTOINCREMENT, here and below: a number is never given out again, not even when the newest row is gone.
CREATE TABLE token (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    hash         TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    user         TEXT NOT NULL,
    role         TEXT NOT NULL,
    scopes       TEXT,
    login        INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER
) STRICT;
CREATE INDEX token_by_user ON token (user);
CREATE INDEX token_by_expiry ON token (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE audit (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    at           INTEGER NOT NULL,
    event        TEXT NOT NULL,
    owner        TEXT NOT NULL,
    dag_id       TEXT NOT NULL,
    run_id       TEXT NOT NULL,
    task_id      TEXT NOT NULL,
    map_index    INTEGER,
    logical_date INTEGER,
    outcome      TEXT NOT NULL,
    extra        TEXT
) STRICT;
-- Each index ends with the row's id, so these list newest first without sorting.
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_run ON audit (dag_id, run_id);
CREATE INDEX audit_by_dag ON audit (dag_id) WHERE dag_id <> '';
CREATE INDEX audit_by_event ON audit (event);
CREATE INDEX audit_by_owner ON audit (owner);
