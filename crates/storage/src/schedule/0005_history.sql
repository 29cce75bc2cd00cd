-- What each try came to, and which jobs fail.

-- JSON: each try of the run, oldest first.
ALTER TABLE runs ADD COLUMN tries TEXT;
-- When the first of the runs failed for good that failed since the last one succeeded.
ALTER TABLE jobs ADD COLUMN failing_since INTEGER;

CREATE INDEX jobs_failing ON jobs (id) WHERE failing_since IS NOT NULL;
