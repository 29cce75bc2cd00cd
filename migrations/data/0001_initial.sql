-- Data: what happened and what was found. Owned by pipeline; every row carries its tenant.
-- Times are Unix milliseconds (UTC).

CREATE TABLE events (
    id             TEXT PRIMARY KEY,
    tenant_id      TEXT NOT NULL,
    source         TEXT NOT NULL,
    type           TEXT NOT NULL,
    subject        TEXT,
    endpoint_id    TEXT,
    delivery_key   TEXT NOT NULL, -- what makes a redelivery recognizable within the tenant
    content_sha256 TEXT NOT NULL,
    object_key     TEXT NOT NULL, -- the raw bytes in R2
    media_type     TEXT NOT NULL,
    size_bytes     INTEGER NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('received', 'processing', 'processed', 'skipped', 'failed', 'dead')),
    reason         TEXT,
    title          TEXT,
    account        TEXT,
    signals_count  INTEGER NOT NULL DEFAULT 0,
    assessment     TEXT, -- JSON, written by the evaluate step
    traceparent    TEXT NOT NULL,
    occurred_at    INTEGER,
    received_at    INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (tenant_id, delivery_key)
) STRICT;
CREATE INDEX events_by_tenant ON events (tenant_id, id);
CREATE INDEX events_by_status ON events (tenant_id, status, id);

-- What is accepted and not yet handed to a workflow, or handed over and not yet seen finished. A sweep works it off,
-- so that a lost queue message or a restart loses nothing.
CREATE TABLE outbox (
    event_id        TEXT PRIMARY KEY REFERENCES events (id),
    tenant_id       TEXT NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_due ON outbox (next_attempt_at);

CREATE TABLE event_steps (
    event_id   TEXT NOT NULL REFERENCES events (id),
    tenant_id  TEXT NOT NULL,
    position   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    status     TEXT NOT NULL CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'skipped')),
    attempts   INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    error      TEXT,
    PRIMARY KEY (event_id, name)
) STRICT;

-- `quote_start` and `quote_end` count Unicode scalar values in the event's source text.
CREATE TABLE signals (
    id          TEXT PRIMARY KEY,
    tenant_id   TEXT NOT NULL,
    event_id    TEXT NOT NULL REFERENCES events (id),
    kind        TEXT NOT NULL,
    account     TEXT,
    score       REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
    quote       TEXT NOT NULL,
    quote_start INTEGER NOT NULL,
    quote_end   INTEGER NOT NULL,
    turn        INTEGER NOT NULL,
    speaker     TEXT NOT NULL,
    at_ms       INTEGER,
    created_at  INTEGER NOT NULL,
    UNIQUE (event_id, kind, quote_start)
) STRICT;
CREATE INDEX signals_by_tenant ON signals (tenant_id, id);
CREATE INDEX signals_by_account ON signals (tenant_id, account, id);
CREATE INDEX signals_by_kind ON signals (tenant_id, kind, id);
