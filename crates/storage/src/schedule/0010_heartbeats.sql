-- Jobs that expect to be pinged.

-- JSON: what a heartbeat keeps between its pings.
ALTER TABLE jobs ADD COLUMN heartbeat TEXT;
-- JSON: the ping that settled a run.
ALTER TABLE runs ADD COLUMN ping TEXT;

-- The last pings of each job; `seq` counts them. `status` is what a ping said.
CREATE TABLE pings (
    job_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('success', 'fail', 'start')),
    message TEXT,
    began_at INTEGER,
    PRIMARY KEY (job_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER heartbeat_deleted AFTER DELETE ON jobs
BEGIN
    DELETE FROM pings WHERE job_id = OLD.id;
END;
