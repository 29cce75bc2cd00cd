-- What jobs are to be told of.

-- Runs that ended, of jobs that want to be told, until they are judged.
CREATE TABLE ended_runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    count INTEGER NOT NULL
) STRICT;

CREATE INDEX ended_runs_of_job ON ended_runs (job_id);

-- How a job stands between its runs: `streak` failed in a row, and whether that was told.
CREATE TABLE alert_states (
    job_id TEXT PRIMARY KEY,
    streak INTEGER NOT NULL,
    raised INTEGER NOT NULL CHECK (raised IN (0, 1))
) STRICT;

-- What is to be told, until it is. `payload` is JSON.
CREATE TABLE alerts (
    key TEXT PRIMARY KEY,
    job_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL
) STRICT;

CREATE INDEX alerts_due ON alerts (due_at, key);
CREATE INDEX alerts_of_job ON alerts (job_id);

-- In the very write that ends a run, whichever it is.
CREATE TRIGGER run_ended AFTER UPDATE OF outcome ON runs
WHEN NEW.outcome IN ('succeeded', 'failed') AND OLD.outcome NOT IN ('succeeded', 'failed')
BEGIN
    INSERT INTO ended_runs (job_id, run_id, outcome, count)
    SELECT id, NEW.id, NEW.outcome, NEW.count FROM jobs
    WHERE id = NEW.job_id AND json_extract(policy, '$.alert') IS NOT NULL;
END;

CREATE TRIGGER run_missed AFTER INSERT ON runs
WHEN NEW.outcome = 'missed'
    -- A backfill cuts records of before its creation into pieces: those were counted.
    AND NOT EXISTS (
        SELECT 1 FROM backfills WHERE job_id = NEW.job_id AND created_at >= NEW.scheduled_for
    )
BEGIN
    INSERT INTO ended_runs (job_id, run_id, outcome, count)
    SELECT id, NEW.id, NEW.outcome, NEW.count FROM jobs
    WHERE id = NEW.job_id AND json_extract(policy, '$.alert') IS NOT NULL;
END;

CREATE TRIGGER job_deleted AFTER DELETE ON jobs
BEGIN
    DELETE FROM ended_runs WHERE job_id = OLD.id;
    DELETE FROM alert_states WHERE job_id = OLD.id;
    DELETE FROM alerts WHERE job_id = OLD.id;
END;
