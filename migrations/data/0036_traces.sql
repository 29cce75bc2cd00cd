-- For operators, who follow one trace: the 32 digits of its id within the W3C `traceparent` (the 16 behind them are the
-- span that asked for it).
CREATE INDEX events_by_trace ON events (substr(traceparent, 4, 32));
CREATE INDEX workflow_instances_by_trace ON workflow_instances (substr(traceparent, 4, 32));
CREATE INDEX dead_letters_by_trace ON dead_letters (substr(traceparent, 4, 32));
CREATE INDEX redrives_by_trace ON redrives (substr(traceparent, 4, 32));
CREATE INDEX erasures_by_trace ON erasures (substr(traceparent, 4, 32));

-- What leaves no row of its own: requests, tries of jobs, attempts of deliveries, calls of models. Brought behind what
-- they tell of, and kept for 14 days. The tenant is part of the key, since who calls chooses the trace's id.
CREATE TABLE trace_spans (
    trace_id    TEXT NOT NULL,
    span_id     TEXT NOT NULL,
    tenant_id   TEXT NOT NULL,
    event_id    TEXT, -- the event with which it is removed
    id          TEXT NOT NULL,
    kind        TEXT NOT NULL,
    service     TEXT NOT NULL,
    parent_span TEXT,
    name        TEXT NOT NULL,
    status      TEXT NOT NULL,
    failed      INTEGER NOT NULL CHECK (failed IN (0, 1)),
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    attempts    INTEGER NOT NULL,
    error       TEXT,
    facts       TEXT, -- JSON array of names and values
    PRIMARY KEY (trace_id, span_id, tenant_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX trace_spans_by_age ON trace_spans (started_at);
CREATE INDEX trace_spans_by_tenant ON trace_spans (tenant_id, event_id);
