-- ?3 is a JSON array of {record, field, stamp, value, at}. What was told before stays with the event that told it.
INSERT INTO crm_settings (tenant_id, record, field, stamp, value, at, event_id)
SELECT ?1, c.value ->> 'record', c.value ->> 'field', c.value ->> 'stamp', c.value ->> 'value', c.value ->> 'at', ?2
FROM json_each(?3) c
WHERE true
ON CONFLICT DO NOTHING
