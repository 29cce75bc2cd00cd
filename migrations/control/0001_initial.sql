-- Control: who may do what. Written by admin, read by gateway through a cache.
-- Times are Unix milliseconds (UTC).

CREATE TABLE tenants (
    id         TEXT PRIMARY KEY,
    slug       TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    status     TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
    created_at INTEGER NOT NULL
) STRICT;

-- Only a hash of a key is stored; `prefix` is its public part, for look-up and display.
CREATE TABLE api_keys (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL REFERENCES tenants (id),
    name       TEXT NOT NULL,
    prefix     TEXT NOT NULL UNIQUE,
    hash       TEXT NOT NULL,
    scopes     TEXT NOT NULL, -- JSON array of scope names
    expires_at INTEGER,
    revoked_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX api_keys_by_tenant ON api_keys (tenant_id, created_at);

-- `previous_secret` stays valid while a secret is rotated.
CREATE TABLE endpoints (
    id              TEXT PRIMARY KEY,
    tenant_id       TEXT NOT NULL REFERENCES tenants (id),
    source          TEXT NOT NULL,
    name            TEXT NOT NULL,
    secret          TEXT NOT NULL,
    previous_secret TEXT,
    status          TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX endpoints_by_tenant ON endpoints (tenant_id, created_at);

-- The last sign of life of a Worker that nobody below it may call (admin stands at the top of the call graph).
CREATE TABLE heartbeats (
    service  TEXT PRIMARY KEY,
    version  TEXT NOT NULL,
    contract TEXT NOT NULL,
    seen_at  INTEGER NOT NULL
) STRICT;
