-- Tenants' own rules over signals, and what they raised. Times are Unix milliseconds (UTC).

CREATE TABLE evaluation_rules (
    id              TEXT PRIMARY KEY,
    tenant_id       TEXT NOT NULL,
    version         INTEGER NOT NULL, -- counts every change
    name            TEXT NOT NULL,
    scope           TEXT NOT NULL CHECK (scope IN ('signal', 'event')),
    condition       TEXT NOT NULL, -- JSON logic
    actions         TEXT NOT NULL, -- JSON array
    enabled         INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    cooldown_hours  INTEGER,
    failures        INTEGER NOT NULL DEFAULT 0, -- actions that failed
    last_error      TEXT,
    last_raised_at  INTEGER,
    idempotency_key TEXT,
    request_hash    TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX evaluation_rules_by_tenant ON evaluation_rules (tenant_id, id);
CREATE UNIQUE INDEX evaluation_rules_by_key ON evaluation_rules (tenant_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

-- Alerts, tasks, workflows that were started, actions that failed. An id follows from rule, event, action and signal.
CREATE TABLE rule_notices (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('alert', 'task', 'workflow', 'failed_action')),
    list       TEXT NOT NULL GENERATED ALWAYS AS (
        CASE kind WHEN 'task' THEN 'tasks' WHEN 'workflow' THEN 'workflows' ELSE 'alerts' END
    ) STORED,
    rule_id    TEXT NOT NULL, -- the rule may be gone by now
    rule_name  TEXT NOT NULL,
    event_id   TEXT NOT NULL,
    signal_id  TEXT,
    account    TEXT,
    severity   TEXT,
    title      TEXT NOT NULL,
    body       TEXT,
    assignee   TEXT,
    due_at     INTEGER,
    workflow   TEXT,
    run_id     TEXT,
    settled_by TEXT, -- who acknowledged or completed it
    settled_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rule_notices_by_list ON rule_notices (tenant_id, list, id);
CREATE INDEX rule_notices_by_event ON rule_notices (tenant_id, event_id, id);
CREATE INDEX rule_notices_by_rule ON rule_notices (tenant_id, rule_id, created_at);
