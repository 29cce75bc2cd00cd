-- Dead letters, and the runs of an event: a replay begins another one.

-- 0 is the first run. What an instance of an earlier run still has to say is refused by this number.
ALTER TABLE events ADD COLUMN run INTEGER NOT NULL DEFAULT 0;

-- What the queue's consumer last had to say of an event that it could not hand over.
ALTER TABLE outbox ADD COLUMN handovers INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN last_error TEXT;

-- Work that was given up. One letter a run of an event; a message that cannot be read has neither tenant nor event.
CREATE TABLE dead_letters (
    id          TEXT PRIMARY KEY,
    tenant_id   TEXT,
    event_id    TEXT,
    run         INTEGER NOT NULL DEFAULT 0,
    cause       TEXT NOT NULL CHECK (cause IN ('queue', 'workflow', 'unreadable')),
    workflow    TEXT,
    step        TEXT, -- the workflow's step that gave up
    errors      TEXT NOT NULL, -- JSON array of texts, the outermost first
    attempts    INTEGER NOT NULL,
    message     TEXT, -- as it lay in the queue, cut where it is long
    traceparent TEXT,
    dead_at     INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    replayed_at INTEGER,
    replayed_by TEXT,
    UNIQUE (event_id, run)
) STRICT;
CREATE INDEX dead_letters_by_tenant ON dead_letters (tenant_id, id);
CREATE INDEX dead_letters_by_cause ON dead_letters (cause, id);
CREATE INDEX dead_letters_by_expiry ON dead_letters (expires_at);
