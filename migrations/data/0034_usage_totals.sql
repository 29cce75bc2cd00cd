-- What operators see of all tenants' usage, kept by triggers as counts come in: no question adds up what was counted one by
-- one. A removal takes from none of these, so that the past of the whole does not change when a tenant leaves.

-- One row a tenant and day. The day comes first: a question is about some days of all tenants.
CREATE TABLE usage_tenant_days (
    -- Whole days since 1970 (UTC).
    period INTEGER NOT NULL,
    tenant_id TEXT NOT NULL,
    requests INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    events INTEGER NOT NULL,
    model_calls INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    cost_nanos INTEGER NOT NULL,
    PRIMARY KEY (period, tenant_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_tenant_days_by_tenant ON usage_tenant_days (tenant_id, period);

-- All tenants together, one row an hour and one a day.
CREATE TABLE usage_all_hours (
    period INTEGER PRIMARY KEY,
    requests INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    events INTEGER NOT NULL,
    model_calls INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    cost_nanos INTEGER NOT NULL
) STRICT;
CREATE TABLE usage_all_days (
    period INTEGER PRIMARY KEY,
    requests INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    events INTEGER NOT NULL,
    model_calls INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    cost_nanos INTEGER NOT NULL
) STRICT;

INSERT INTO usage_tenant_days (period, tenant_id, requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos)
SELECT period, tenant_id, SUM(requests), SUM(refused), SUM(failed), SUM(events), SUM(model_calls), SUM(tokens_in), SUM(tokens_out), SUM(cost_nanos) FROM usage_days GROUP BY period, tenant_id;
INSERT INTO usage_all_hours (period, requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos)
SELECT period, SUM(requests), SUM(refused), SUM(failed), SUM(events), SUM(model_calls), SUM(tokens_in), SUM(tokens_out), SUM(cost_nanos) FROM usage_hours GROUP BY period;
INSERT INTO usage_all_days (period, requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos)
SELECT period, SUM(requests), SUM(refused), SUM(failed), SUM(events), SUM(model_calls), SUM(tokens_in), SUM(tokens_out), SUM(cost_nanos) FROM usage_days GROUP BY period;

CREATE TRIGGER usage_days_added AFTER INSERT ON usage_days BEGIN
    INSERT INTO usage_tenant_days (period, tenant_id, requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos)
    VALUES (NEW.period, NEW.tenant_id, NEW.requests, NEW.refused, NEW.failed, NEW.events, NEW.model_calls, NEW.tokens_in, NEW.tokens_out, NEW.cost_nanos)
    ON CONFLICT (period, tenant_id) DO UPDATE SET
        requests = requests + excluded.requests,
        refused = refused + excluded.refused,
        failed = failed + excluded.failed,
        events = events + excluded.events,
        model_calls = model_calls + excluded.model_calls,
        tokens_in = tokens_in + excluded.tokens_in,
        tokens_out = tokens_out + excluded.tokens_out,
        cost_nanos = cost_nanos + excluded.cost_nanos;
    INSERT INTO usage_all_days (period, requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos)
    VALUES (NEW.period, NEW.requests, NEW.refused, NEW.failed, NEW.events, NEW.model_calls, NEW.tokens_in, NEW.tokens_out, NEW.cost_nanos)
    ON CONFLICT (period) DO UPDATE SET
        requests = requests + excluded.requests,
        refused = refused + excluded.refused,
        failed = failed + excluded.failed,
        events = events + excluded.events,
        model_calls = model_calls + excluded.model_calls,
        tokens_in = tokens_in + excluded.tokens_in,
        tokens_out = tokens_out + excluded.tokens_out,
        cost_nanos = cost_nanos + excluded.cost_nanos;
END;

CREATE TRIGGER usage_days_changed AFTER UPDATE ON usage_days BEGIN
    INSERT INTO usage_tenant_days (period, tenant_id, requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos)
    VALUES (NEW.period, NEW.tenant_id, NEW.requests - OLD.requests, NEW.refused - OLD.refused, NEW.failed - OLD.failed, NEW.events - OLD.events, NEW.model_calls - OLD.model_calls, NEW.tokens_in - OLD.tokens_in, NEW.tokens_out - OLD.tokens_out, NEW.cost_nanos - OLD.cost_nanos)
    ON CONFLICT (period, tenant_id) DO UPDATE SET
        requests = requests + excluded.requests,
        refused = refused + excluded.refused,
        failed = failed + excluded.failed,
        events = events + excluded.events,
        model_calls = model_calls + excluded.model_calls,
        tokens_in = tokens_in + excluded.tokens_in,
        tokens_out = tokens_out + excluded.tokens_out,
        cost_nanos = cost_nanos + excluded.cost_nanos;
    INSERT INTO usage_all_days (period, requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos)
    VALUES (NEW.period, NEW.requests - OLD.requests, NEW.refused - OLD.refused, NEW.failed - OLD.failed, NEW.events - OLD.events, NEW.model_calls - OLD.model_calls, NEW.tokens_in - OLD.tokens_in, NEW.tokens_out - OLD.tokens_out, NEW.cost_nanos - OLD.cost_nanos)
    ON CONFLICT (period) DO UPDATE SET
        requests = requests + excluded.requests,
        refused = refused + excluded.refused,
        failed = failed + excluded.failed,
        events = events + excluded.events,
        model_calls = model_calls + excluded.model_calls,
        tokens_in = tokens_in + excluded.tokens_in,
        tokens_out = tokens_out + excluded.tokens_out,
        cost_nanos = cost_nanos + excluded.cost_nanos;
END;

CREATE TRIGGER usage_hours_added AFTER INSERT ON usage_hours BEGIN
    INSERT INTO usage_all_hours (period, requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos)
    VALUES (NEW.period, NEW.requests, NEW.refused, NEW.failed, NEW.events, NEW.model_calls, NEW.tokens_in, NEW.tokens_out, NEW.cost_nanos)
    ON CONFLICT (period) DO UPDATE SET
        requests = requests + excluded.requests,
        refused = refused + excluded.refused,
        failed = failed + excluded.failed,
        events = events + excluded.events,
        model_calls = model_calls + excluded.model_calls,
        tokens_in = tokens_in + excluded.tokens_in,
        tokens_out = tokens_out + excluded.tokens_out,
        cost_nanos = cost_nanos + excluded.cost_nanos;
END;

CREATE TRIGGER usage_hours_changed AFTER UPDATE ON usage_hours BEGIN
    INSERT INTO usage_all_hours (period, requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos)
    VALUES (NEW.period, NEW.requests - OLD.requests, NEW.refused - OLD.refused, NEW.failed - OLD.failed, NEW.events - OLD.events, NEW.model_calls - OLD.model_calls, NEW.tokens_in - OLD.tokens_in, NEW.tokens_out - OLD.tokens_out, NEW.cost_nanos - OLD.cost_nanos)
    ON CONFLICT (period) DO UPDATE SET
        requests = requests + excluded.requests,
        refused = refused + excluded.refused,
        failed = failed + excluded.failed,
        events = events + excluded.events,
        model_calls = model_calls + excluded.model_calls,
        tokens_in = tokens_in + excluded.tokens_in,
        tokens_out = tokens_out + excluded.tokens_out,
        cost_nanos = cost_nanos + excluded.cost_nanos;
END;

-- The most that waited in each hour, looked at every minute.
CREATE TABLE backlog_hours (
    -- Whole hours since 1970.
    period INTEGER PRIMARY KEY,
    outbox INTEGER NOT NULL,
    dead_letters INTEGER NOT NULL
) STRICT;

-- Letters that nobody has replayed.
CREATE INDEX dead_letters_waiting ON dead_letters (id) WHERE replayed_at IS NULL;
