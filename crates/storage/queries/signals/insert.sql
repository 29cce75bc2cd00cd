-- ?4 is a JSON array of signals, so that their number does not touch the limit of bound parameters.
INSERT INTO signals (
    tenant_id, event_id, created_at, id, kind, account, score, quote, quote_start, quote_end, turn, speaker, at_ms
)
SELECT
    e.tenant_id, e.id, ?3, s.value ->> 'id', s.value ->> 'kind', s.value ->> 'account', s.value ->> 'score',
    s.value ->> 'quote', s.value ->> 'quote_start', s.value ->> 'quote_end', s.value ->> 'turn',
    s.value ->> 'speaker', s.value ->> 'at_ms'
FROM events e, json_each(?4) s
WHERE e.tenant_id = ?1 AND e.id = ?2
