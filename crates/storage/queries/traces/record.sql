INSERT INTO trace_spans (
    trace_id, span_id, tenant_id, event_id, id, kind, service, parent_span, name, status, failed, started_at, ended_at, attempts,
    error, facts
)
SELECT
    value ->> 'trace_id',
    value ->> 'span_id',
    ?1,
    value ->> 'event_id',
    value ->> 'id',
    value ->> 'kind',
    value ->> 'service',
    value ->> 'parent_span',
    value ->> 'name',
    value ->> 'status',
    value ->> 'failed',
    value ->> 'started_at',
    value ->> 'ended_at',
    value ->> 'attempts',
    value ->> 'error',
    value ->> 'facts'
FROM json_each(?2)
WHERE TRUE
ON CONFLICT (trace_id, span_id, tenant_id) DO UPDATE SET
    event_id = excluded.event_id,
    id = excluded.id,
    name = excluded.name,
    status = excluded.status,
    failed = excluded.failed,
    started_at = MIN(started_at, excluded.started_at),
    ended_at = excluded.ended_at,
    attempts = excluded.attempts,
    error = excluded.error,
    facts = excluded.facts
