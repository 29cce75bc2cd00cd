-- What a tenant has left of each limit: parts of a token, as of a time (Unix milliseconds).
CREATE TABLE buckets (
    name  TEXT PRIMARY KEY,
    parts INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events counted in a UTC day (`2026-11-22`) or month (`2026-11`).
CREATE TABLE counts (
    period TEXT PRIMARY KEY,
    events INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
