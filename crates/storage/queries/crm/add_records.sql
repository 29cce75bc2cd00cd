-- ?2 is a JSON array of {id, entity, source, organization, record_id, at}.
INSERT INTO crm_records (tenant_id, id, entity, source, organization, record_id, first_at, last_at)
SELECT ?1, c.value ->> 'id', c.value ->> 'entity', c.value ->> 'source', c.value ->> 'organization',
    c.value ->> 'record_id', c.value ->> 'at', c.value ->> 'at'
FROM json_each(?2) c
WHERE true
ON CONFLICT (tenant_id, entity, id) DO UPDATE
SET first_at = MIN(first_at, excluded.first_at),
    last_at = MAX(last_at, excluded.last_at)
