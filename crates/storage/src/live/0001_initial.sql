-- The live feed of a tenant. Times are Unix milliseconds.

-- One row: what tells this log from one that was lost.
CREATE TABLE log (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch TEXT NOT NULL
) STRICT;

-- AUTOINCREMENT: a number is never given twice, also when the newest entries are forgotten.
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    signal_kind TEXT,
    account TEXT,
    data TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX entries_by_time ON entries (at);

CREATE TABLE tickets (
    hash TEXT PRIMARY KEY,
    key_prefix TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
