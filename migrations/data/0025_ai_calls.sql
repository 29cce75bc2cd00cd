-- Calls of models that are archived, by an id that has the time at which they ended. What was asked and answered lies in
-- the archive's bucket under `object_key`. The code before this writes and reads none.
CREATE TABLE ai_calls (
    tenant_id  TEXT NOT NULL,
    id         TEXT NOT NULL,
    request_id TEXT,
    trace_id   TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    model      TEXT NOT NULL,
    upstream   TEXT NOT NULL,
    outcome    TEXT NOT NULL,
    cache      TEXT NOT NULL,
    object_key TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ai_calls_by_trace ON ai_calls (tenant_id, trace_id);
CREATE INDEX ai_calls_by_request ON ai_calls (tenant_id, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX ai_calls_by_expiry ON ai_calls (tenant_id, expires_at);
