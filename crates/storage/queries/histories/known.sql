SELECT item_id, event_id, sha256, run_id, page
FROM history_items
WHERE tenant_id = ?1 AND endpoint_id = ?2 AND item_id IN (SELECT value FROM json_each(?3))
