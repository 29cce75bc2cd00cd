-- For operators, here and in the other queries of this folder: over all tenants.
SELECT
    kind, id, span_id, service, tenant_id, parent_span, name, status, failed, started_at, ended_at, attempts, error, event_id,
    facts
FROM trace_spans
WHERE trace_id = ?1
ORDER BY started_at
LIMIT ?2
