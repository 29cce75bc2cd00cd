INSERT INTO history_items (tenant_id, endpoint_id, item_id, event_id, sha256, run_id, page, seen_at)
SELECT ?1, ?2, value ->> 'item_id', value ->> 'event_id', value ->> 'sha256', value ->> 'run_id', value ->> 'page', ?4
FROM json_each(?3)
WHERE true
ON CONFLICT DO NOTHING
