-- What operators may not do alone: proposed by one person, approved by another, carried out once.
CREATE TABLE proposals (
    id           TEXT PRIMARY KEY,
    action       TEXT NOT NULL CHECK (action IN ('erase_tenant', 'redrive', 'rotate_keys')),
    tenant_id    TEXT, -- null where it is about no single tenant
    -- What it would touch, as it was shown: JSON, and the SHA-256 of exactly that.
    content      TEXT NOT NULL,
    hash         TEXT NOT NULL,
    reason       TEXT NOT NULL,
    status       TEXT NOT NULL DEFAULT 'open'
        CHECK (status IN ('open', 'approved', 'rejected', 'withdrawn', 'outdated', 'done', 'failed')),
    proposed_by  TEXT NOT NULL,
    proposed_at  INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    -- Who approved, rejected or withdrew it, with which role.
    decided_by   TEXT,
    decided_role TEXT,
    decided_at   INTEGER,
    comment      TEXT,
    ended_at     INTEGER,
    result       TEXT, -- JSON: what came of it; never a secret
    traceparent  TEXT NOT NULL,
    -- The client's own name of the request, and a hash of what it asked for.
    request_key  TEXT UNIQUE,
    request_hash TEXT
) STRICT;
CREATE INDEX proposals_by_tenant ON proposals (tenant_id, id);
CREATE INDEX proposals_by_status ON proposals (status, id);
