-- What tenants used, added up by hour and by day. A row is one thing that is counted: `name` is an operation of the public
-- surface, with the public half of the key that asked for it, or a model.
CREATE TABLE usage_hours (
    tenant_id TEXT NOT NULL,
    -- Whole hours since 1970.
    period INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('requests', 'model')),
    name TEXT NOT NULL,
    -- Empty where there is none.
    key TEXT NOT NULL,
    requests INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    events INTEGER NOT NULL,
    model_calls INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    -- Billionths of a US dollar.
    cost_nanos INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, period, kind, name, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_hours_by_period ON usage_hours (period);

CREATE TABLE usage_days (
    tenant_id TEXT NOT NULL,
    -- Whole days since 1970 (UTC).
    period INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('requests', 'model')),
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    requests INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    events INTEGER NOT NULL,
    model_calls INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    cost_nanos INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, period, kind, name, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_days_by_period ON usage_days (period);

-- Batches that were added, so that one that is brought again counts once.
CREATE TABLE usage_batches (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_batches_by_time ON usage_batches (recorded_at);

-- How many events a tenant has in the archive, and their bytes, kept by the triggers below.
CREATE TABLE event_totals (
    tenant_id TEXT PRIMARY KEY,
    events INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;

INSERT INTO event_totals (tenant_id, events, bytes)
SELECT tenant_id, COUNT(*), SUM(size_bytes) FROM events GROUP BY tenant_id;

CREATE TRIGGER events_added AFTER INSERT ON events BEGIN
    INSERT INTO event_totals (tenant_id, events, bytes) VALUES (NEW.tenant_id, 1, NEW.size_bytes)
    ON CONFLICT (tenant_id) DO UPDATE SET events = events + 1, bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER events_removed AFTER DELETE ON events BEGIN
    UPDATE event_totals SET events = events - 1, bytes = bytes - OLD.size_bytes WHERE tenant_id = OLD.tenant_id;
END;
