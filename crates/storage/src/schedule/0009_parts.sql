-- A tenant's jobs may be in several objects. The first knows the others.

-- Those that jobs were sent to, from 1.
CREATE TABLE parts (
    part INTEGER PRIMARY KEY CHECK (part > 0),
    opened_at INTEGER NOT NULL
) STRICT;

-- Where the job of an idempotency key was asked for.
CREATE TABLE placements (
    key TEXT PRIMARY KEY,
    part INTEGER NOT NULL,
    placed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX placements_by_age ON placements (placed_at);

-- How many jobs there are: counting them would read each one at every creation.
CREATE TABLE job_total (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    jobs INTEGER NOT NULL CHECK (jobs >= 0)
) STRICT;

INSERT INTO job_total (one, jobs) SELECT 1, COUNT(*) FROM jobs;

CREATE TRIGGER job_counted AFTER INSERT ON jobs
BEGIN
    UPDATE job_total SET jobs = jobs + 1;
END;

CREATE TRIGGER job_discounted AFTER DELETE ON jobs
BEGIN
    UPDATE job_total SET jobs = jobs - 1;
END;
