-- Only if each of the events waits: two exports that chose the same event cannot both have it.
INSERT INTO archive_files (key, tenant_id, day, state, event_ids, created_at)
SELECT ?2, ?1, ?3, 'writing', ?4, ?6
WHERE
    (
        SELECT COUNT(*)
        FROM events
        WHERE tenant_id = ?1 AND archive_file IS NULL AND id IN (SELECT value FROM json_each(?4))
    ) = ?5
ON CONFLICT (key) DO NOTHING
