-- What operators did: a chain of entries, each with the hash of the one before. `previous` is unique, so that of two
-- writers at once one is refused and tries again after the other: the chain never forks.
CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY, -- from 1, without a gap
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    role     TEXT NOT NULL,
    tenant_id TEXT, -- null where the act was about no single tenant
    action   TEXT NOT NULL,
    target   TEXT,
    before   TEXT, -- JSON
    after    TEXT, -- JSON
    trace_id TEXT NOT NULL,
    previous TEXT NOT NULL UNIQUE,
    hash     TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX audit_by_actor ON audit (actor, sequence);
CREATE INDEX audit_by_tenant ON audit (tenant_id, sequence);
CREATE INDEX audit_by_target ON audit (target, sequence);
CREATE INDEX audit_by_trace ON audit (trace_id, sequence);
CREATE INDEX audit_by_time ON audit (at, sequence);

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
