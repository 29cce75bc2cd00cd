INSERT INTO redrive_letters (redrive_id, letter_id, tenant_id, event_id, run, detail, at)
SELECT
    ?1, value ->> 'letter_id', value ->> 'tenant_id', value ->> 'event_id', value ->> 'run', value ->> 'detail', ?3
FROM json_each(?2)
WHERE true
ON CONFLICT DO NOTHING
