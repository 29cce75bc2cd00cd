-- Customers' endpoints that messages are delivered to. What waits for each, and its secrets, are in a Durable Object of
-- its own; `attended_at` is when its queue was last looked after.
CREATE TABLE subscriptions (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    url TEXT NOT NULL,
    -- JSON, an array of texts.
    kinds TEXT NOT NULL,
    ordered_by TEXT CHECK (ordered_by IN ('account', 'event')),
    description TEXT,
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    disabled_reason TEXT,
    disabled_at INTEGER,
    idempotency_key TEXT,
    request_hash TEXT,
    created_at INTEGER NOT NULL,
    attended_at INTEGER NOT NULL
) STRICT;

CREATE INDEX subscriptions_by_tenant ON subscriptions (tenant_id, id);
CREATE UNIQUE INDEX subscriptions_by_key ON subscriptions (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX subscriptions_attended ON subscriptions (attended_at) WHERE status = 'active';
