-- Over all tenants, by cron.
DELETE FROM trace_spans
WHERE (trace_id, span_id, tenant_id) IN (
    SELECT trace_id, span_id, tenant_id FROM trace_spans WHERE started_at < ?1 ORDER BY started_at LIMIT ?2
)
RETURNING 1 AS gone
