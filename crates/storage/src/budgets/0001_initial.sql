-- The limits of the tenant, as JSON, and who set them.
CREATE TABLE limits (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    version    INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    limits     TEXT NOT NULL
) STRICT;

-- Calls of models: under way, and for two days those that have ended. Money is in billionths of a US dollar, and a key or
-- a model that there is none of is empty.
CREATE TABLE calls (
    id          TEXT PRIMARY KEY,
    at_ms       INTEGER NOT NULL,
    expires_ms  INTEGER NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('open', 'expired', 'settled', 'released')),
    key         TEXT NOT NULL,
    key_prefix  TEXT NOT NULL,
    -- Those that may answer, and their prices, as JSON.
    models      TEXT NOT NULL,
    bound_nanos INTEGER NOT NULL,
    bound_in    INTEGER NOT NULL,
    bound_out   INTEGER NOT NULL,
    -- What it took, and of which model; 0 while that is not known.
    model       TEXT NOT NULL,
    took_nanos  INTEGER NOT NULL,
    took_in     INTEGER NOT NULL,
    took_cached INTEGER NOT NULL,
    took_out    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX open_calls ON calls (expires_ms) WHERE status = 'open';
CREATE INDEX calls_by_time ON calls (at_ms);

-- What calls took and hold in the windows that a limit looks at. An empty key or model means all of them. It is added up
-- from the other tables where there is no row.
CREATE TABLE tallies (
    span           TEXT NOT NULL CHECK (span IN ('minute', 'day', 'month')),
    starts_ms      INTEGER NOT NULL,
    key            TEXT NOT NULL,
    model          TEXT NOT NULL,
    ends_ms        INTEGER NOT NULL,
    spent_nanos    INTEGER NOT NULL,
    spent_tokens   INTEGER NOT NULL,
    spent_requests INTEGER NOT NULL,
    held_nanos     INTEGER NOT NULL,
    held_tokens    INTEGER NOT NULL,
    held_requests  INTEGER NOT NULL,
    PRIMARY KEY (span, starts_ms, key, model)
) STRICT, WITHOUT ROWID;
CREATE INDEX tallies_by_end ON tallies (ends_ms);

-- The ledger: what was spent on a day (UTC; when it begins), by key and model.
CREATE TABLE spend (
    day_ms     INTEGER NOT NULL,
    key        TEXT NOT NULL,
    model      TEXT NOT NULL,
    calls      INTEGER NOT NULL,
    tokens_in  INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    nanos      INTEGER NOT NULL,
    PRIMARY KEY (day_ms, key, model)
) STRICT, WITHOUT ROWID;

-- What usage has not been told: it gathers here, goes into a batch with a name, and the batch goes when it was told.
CREATE TABLE unreported (
    hour       INTEGER NOT NULL,
    key_prefix TEXT NOT NULL,
    model      TEXT NOT NULL,
    calls      INTEGER NOT NULL,
    tokens_in  INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    nanos      INTEGER NOT NULL,
    PRIMARY KEY (hour, key_prefix, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE batches (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    id    TEXT NOT NULL UNIQUE,
    body  TEXT NOT NULL
) STRICT;
