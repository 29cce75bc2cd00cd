-- Past ranges of a job's times that are filled in.

-- `cursor`: every time before it is done with. `due_at` is there while it runs.
CREATE TABLE backfills (
    id TEXT PRIMARY KEY,
    job_id TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    cursor INTEGER NOT NULL,
    due_at INTEGER,
    status TEXT NOT NULL CHECK (status IN ('running', 'completed', 'cancelled')),
    times INTEGER NOT NULL,
    begun INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    request_key TEXT,
    CHECK ((status = 'running') = (due_at IS NOT NULL))
) STRICT;

CREATE INDEX backfills_of_job ON backfills (job_id, id);
CREATE UNIQUE INDEX backfills_running ON backfills (job_id) WHERE due_at IS NOT NULL;
CREATE INDEX backfills_due ON backfills (due_at, id) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX backfills_by_key ON backfills (request_key) WHERE request_key IS NOT NULL;
