-- Runs of the workflows that tenants start, and approvals. Times are Unix milliseconds (UTC).

CREATE TABLE workflow_runs (
    id             TEXT PRIMARY KEY, -- also the id of the engine's instance
    tenant_id      TEXT NOT NULL,
    workflow       TEXT NOT NULL,
    status         TEXT NOT NULL
        CHECK (status IN ('accepted', 'running', 'paused', 'completed', 'failed', 'terminated')),
    params         TEXT NOT NULL, -- JSON
    request_key    TEXT, -- the caller's own name for the request
    request_sha256 TEXT NOT NULL,
    actor          TEXT NOT NULL,
    traceparent    TEXT NOT NULL,
    progress       TEXT, -- JSON
    output         TEXT, -- JSON
    error          TEXT,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    check_at       INTEGER, -- when the sweep looks at it next; none once it has ended
    checks         INTEGER NOT NULL DEFAULT 0,
    UNIQUE (tenant_id, workflow, request_key)
) STRICT;
CREATE INDEX workflow_runs_by_tenant ON workflow_runs (tenant_id, workflow, id);
CREATE INDEX workflow_runs_by_check ON workflow_runs (check_at) WHERE check_at IS NOT NULL;

CREATE TABLE workflow_run_steps (
    run_id     TEXT NOT NULL REFERENCES workflow_runs (id),
    tenant_id  TEXT NOT NULL,
    position   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    status     TEXT NOT NULL CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'skipped')),
    attempts   INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    error      TEXT,
    PRIMARY KEY (run_id, name)
) STRICT;

CREATE TABLE approvals (
    id           TEXT PRIMARY KEY REFERENCES workflow_runs (id),
    tenant_id    TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'withdrawn')),
    reason       TEXT,
    content      TEXT NOT NULL, -- canonical JSON (RFC 8785): exactly what is shown
    content_hash TEXT NOT NULL, -- SHA-256 of it
    revision     INTEGER NOT NULL,
    level        INTEGER NOT NULL, -- escalations that have happened
    asked        TEXT NOT NULL, -- JSON array: who is asked at this level
    version      INTEGER NOT NULL, -- counts every change
    seen_version INTEGER NOT NULL, -- the last that the workflow has judged
    asked_at     INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    concluded_at INTEGER
) STRICT;
CREATE INDEX approvals_by_tenant ON approvals (tenant_id, id);
CREATE INDEX approvals_by_status ON approvals (tenant_id, status, id);

-- One decision a person and revision; those about an earlier revision are void and stay.
CREATE TABLE approval_decisions (
    approval_id  TEXT NOT NULL REFERENCES approvals (id),
    tenant_id    TEXT NOT NULL,
    revision     INTEGER NOT NULL,
    approver     TEXT NOT NULL,
    choice       TEXT NOT NULL CHECK (choice IN ('approve', 'reject')),
    comment      TEXT,
    actor        TEXT NOT NULL, -- the credential that it came with
    content_hash TEXT NOT NULL,
    decided_at   INTEGER NOT NULL,
    PRIMARY KEY (approval_id, revision, approver)
) STRICT;

-- Append-only: one line a change, numbered by the version that the change made.
CREATE TABLE approval_audit (
    approval_id TEXT NOT NULL REFERENCES approvals (id),
    tenant_id   TEXT NOT NULL,
    version     INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    action      TEXT NOT NULL,
    detail      TEXT NOT NULL, -- JSON
    PRIMARY KEY (approval_id, version)
) STRICT;
