-- One tenant's schedule. Times are Unix milliseconds.

-- Whose it is: one row, from the first write on.
CREATE TABLE owner (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    tenant TEXT NOT NULL
) STRICT;

-- `schedule` and `task` are JSON, and change by adding only.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    schedule TEXT NOT NULL,
    task TEXT NOT NULL,
    max_attempts INTEGER NOT NULL,
    delay_ms INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'finished')),
    next_run_at INTEGER,
    created_at INTEGER NOT NULL,
    CHECK ((status = 'active') = (next_run_at IS NOT NULL))
) STRICT;

CREATE INDEX jobs_due ON jobs (next_run_at, id) WHERE next_run_at IS NOT NULL;

-- `seq` counts the runs of a job. `due_at` is there while something is still to happen to the run.
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    job_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    asked_by TEXT NOT NULL CHECK (asked_by IN ('schedule', 'caller')),
    scheduled_for INTEGER NOT NULL,
    traceparent TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('pending', 'running', 'succeeded', 'failed', 'missed')),
    attempts INTEGER NOT NULL,
    due_at INTEGER,
    started_at INTEGER,
    ended_at INTEGER,
    error TEXT,
    event_id TEXT
) STRICT;

CREATE UNIQUE INDEX runs_of_job ON runs (job_id, seq);

-- One run of the schedule for each nominal time.
CREATE UNIQUE INDEX runs_once ON runs (job_id, scheduled_for) WHERE asked_by = 'schedule';

CREATE INDEX runs_due ON runs (due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE idempotency_keys (
    key TEXT PRIMARY KEY,
    request_hash TEXT NOT NULL,
    job_id TEXT NOT NULL,
    run_id TEXT,
    used_at INTEGER NOT NULL
) STRICT;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (used_at);
