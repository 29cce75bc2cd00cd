-- Each nominal time has its record, and the job says up to where.

-- JSON: bounds, excluded dates, jitter.
ALTER TABLE jobs ADD COLUMN calendar TEXT NOT NULL DEFAULT '{}';
-- JSON: what happens when times pile up.
ALTER TABLE jobs ADD COLUMN policy TEXT NOT NULL DEFAULT '{}';
-- Up to where the nominal times are settled. `next_run_at` is when to look next: that time, and jitter.
ALTER TABLE jobs ADD COLUMN cursor INTEGER;
-- The job was paused until then.
ALTER TABLE jobs ADD COLUMN resumed_at INTEGER;
UPDATE jobs SET cursor = next_run_at;

-- As before, with more outcomes, and records that stand for several nominal times: `count` of them, from `first_for` to
-- `scheduled_for`. `clock_change` is JSON.
CREATE TABLE ledger (
    id TEXT PRIMARY KEY,
    job_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    asked_by TEXT NOT NULL CHECK (asked_by IN ('schedule', 'caller', 'backfill')),
    scheduled_for INTEGER NOT NULL,
    first_for INTEGER,
    count INTEGER NOT NULL DEFAULT 1,
    clock_change TEXT,
    traceparent TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN (
        'pending', 'waiting', 'running', 'succeeded', 'failed', 'missed', 'paused', 'skipped_overlap', 'skipped_gap',
        'cancelled'
    )),
    attempts INTEGER NOT NULL,
    due_at INTEGER,
    started_at INTEGER,
    ended_at INTEGER,
    error TEXT,
    event_id TEXT
) STRICT;

INSERT INTO ledger (
    id, job_id, seq, asked_by, scheduled_for, traceparent, outcome, attempts, due_at, started_at, ended_at, error,
    event_id
)
SELECT
    id, job_id, seq, asked_by, scheduled_for, traceparent, outcome, attempts, due_at, started_at, ended_at, error,
    event_id
FROM runs;

DROP TABLE runs;
ALTER TABLE ledger RENAME TO runs;

CREATE UNIQUE INDEX runs_of_job ON runs (job_id, seq);

-- One record of the schedule for each nominal time, and one of what the clocks skip at that instant; one of a backfill.
CREATE UNIQUE INDEX runs_once ON runs (job_id, scheduled_for, (outcome = 'skipped_gap')) WHERE asked_by = 'schedule';
CREATE UNIQUE INDEX runs_backfilled ON runs (job_id, scheduled_for) WHERE asked_by = 'backfill';

CREATE INDEX runs_due ON runs (due_at, id) WHERE due_at IS NOT NULL;
-- What is not over, of a job.
CREATE INDEX runs_open ON runs (job_id, outcome, seq) WHERE outcome IN ('pending', 'waiting', 'running');
CREATE INDEX runs_by_outcome ON runs (job_id, outcome, seq);
