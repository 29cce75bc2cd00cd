-- Dead letters by their cause, and replaying a whole group of them.

-- What groups a letter: a hash over who gave up, the workflow, the step and the error without what differs each time.
-- Null in letters of before; the sweep computes it.
ALTER TABLE dead_letters ADD COLUMN fingerprint TEXT;
ALTER TABLE dead_letters ADD COLUMN pattern TEXT;
CREATE INDEX dead_letters_of_group ON dead_letters (fingerprint, id);
CREATE INDEX dead_letters_ungrouped ON dead_letters (id) WHERE fingerprint IS NULL;

-- A row a group, kept by the triggers below.
CREATE TABLE dead_letter_groups (
    fingerprint TEXT PRIMARY KEY,
    cause       TEXT NOT NULL,
    workflow    TEXT,
    step        TEXT,
    pattern     TEXT NOT NULL,
    letters     INTEGER NOT NULL,
    -- Those that nobody has replayed.
    waiting     INTEGER NOT NULL,
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    -- The newest letter.
    sample      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX dead_letter_groups_by_time ON dead_letter_groups (last_at);

CREATE TABLE dead_letter_group_tenants (
    fingerprint TEXT NOT NULL,
    tenant_id   TEXT NOT NULL,
    letters     INTEGER NOT NULL,
    PRIMARY KEY (fingerprint, tenant_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER dead_letters_grouped AFTER INSERT ON dead_letters WHEN NEW.fingerprint IS NOT NULL BEGIN
    INSERT INTO dead_letter_groups (fingerprint, cause, workflow, step, pattern, letters, waiting, first_at, last_at, sample)
    VALUES (NEW.fingerprint, NEW.cause, NEW.workflow, NEW.step, COALESCE(NEW.pattern, ''), 1, NEW.replayed_at IS NULL,
        NEW.dead_at, NEW.dead_at, NEW.id)
    ON CONFLICT (fingerprint) DO UPDATE SET
        letters = letters + 1,
        waiting = waiting + excluded.waiting,
        first_at = MIN(first_at, excluded.first_at),
        last_at = MAX(last_at, excluded.last_at),
        sample = MAX(sample, excluded.sample);
    INSERT INTO dead_letter_group_tenants (fingerprint, tenant_id, letters)
    SELECT NEW.fingerprint, NEW.tenant_id, 1 WHERE NEW.tenant_id IS NOT NULL
    ON CONFLICT (fingerprint, tenant_id) DO UPDATE SET letters = letters + 1;
END;

-- The sweep found out what groups a letter of before.
CREATE TRIGGER dead_letters_grouped_later AFTER UPDATE OF fingerprint ON dead_letters
WHEN OLD.fingerprint IS NULL AND NEW.fingerprint IS NOT NULL BEGIN
    INSERT INTO dead_letter_groups (fingerprint, cause, workflow, step, pattern, letters, waiting, first_at, last_at, sample)
    VALUES (NEW.fingerprint, NEW.cause, NEW.workflow, NEW.step, COALESCE(NEW.pattern, ''), 1, NEW.replayed_at IS NULL,
        NEW.dead_at, NEW.dead_at, NEW.id)
    ON CONFLICT (fingerprint) DO UPDATE SET
        letters = letters + 1,
        waiting = waiting + excluded.waiting,
        first_at = MIN(first_at, excluded.first_at),
        last_at = MAX(last_at, excluded.last_at),
        sample = MAX(sample, excluded.sample);
    INSERT INTO dead_letter_group_tenants (fingerprint, tenant_id, letters)
    SELECT NEW.fingerprint, NEW.tenant_id, 1 WHERE NEW.tenant_id IS NOT NULL
    ON CONFLICT (fingerprint, tenant_id) DO UPDATE SET letters = letters + 1;
END;

CREATE TRIGGER dead_letters_replayed AFTER UPDATE OF replayed_at ON dead_letters
WHEN OLD.replayed_at IS NULL AND NEW.replayed_at IS NOT NULL AND NEW.fingerprint IS NOT NULL BEGIN
    UPDATE dead_letter_groups SET waiting = waiting - 1 WHERE fingerprint = NEW.fingerprint;
END;

CREATE TRIGGER dead_letters_ungrouped AFTER DELETE ON dead_letters WHEN OLD.fingerprint IS NOT NULL BEGIN
    UPDATE dead_letter_groups
    SET letters = letters - 1, waiting = waiting - (OLD.replayed_at IS NULL)
    WHERE fingerprint = OLD.fingerprint;
    UPDATE dead_letter_group_tenants
    SET letters = letters - 1
    WHERE fingerprint = OLD.fingerprint AND tenant_id = OLD.tenant_id;
    DELETE FROM dead_letter_groups WHERE fingerprint = OLD.fingerprint AND letters <= 0;
    DELETE FROM dead_letter_group_tenants
    WHERE fingerprint = OLD.fingerprint AND tenant_id = OLD.tenant_id AND letters <= 0;
END;

-- A replay of a group, letter by letter at a bounded rate, continued by cron until it is done or stopped.
CREATE TABLE redrives (
    id           TEXT PRIMARY KEY,
    -- The client's own name of the request.
    request_key  TEXT NOT NULL UNIQUE,
    fingerprint  TEXT NOT NULL,
    -- Only this tenant's letters; all where it is null.
    of_tenant    TEXT,
    per_second   INTEGER NOT NULL,
    -- The newest letter that it is about: what fails again is another one.
    upto         TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('running', 'stopped', 'done')),
    requested_by TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    traceparent  TEXT NOT NULL,
    ended_at     INTEGER,
    ended_by     TEXT,
    -- How many letters waited when it was asked for, and what became of those that were looked at.
    total        INTEGER NOT NULL,
    begun        INTEGER NOT NULL DEFAULT 0,
    refused      INTEGER NOT NULL DEFAULT 0,
    -- The last letter that was looked at.
    position     TEXT NOT NULL DEFAULT '',
    -- Until when one Worker alone goes on with it.
    leased_until INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX redrives_running ON redrives (leased_until) WHERE status = 'running';
CREATE INDEX redrives_by_time ON redrives (requested_at);

CREATE TABLE redrive_letters (
    redrive_id TEXT NOT NULL,
    letter_id  TEXT NOT NULL,
    tenant_id  TEXT NOT NULL,
    event_id   TEXT NOT NULL,
    -- The run that began; null where none did.
    run        INTEGER,
    -- Why none did.
    detail     TEXT,
    at         INTEGER NOT NULL,
    PRIMARY KEY (redrive_id, letter_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX redrive_letters_by_event ON redrive_letters (tenant_id, event_id);
