-- A merge that was given up and is begun again has the same key.
INSERT INTO archive_files (key, tenant_id, day, state, created_at)
VALUES (?2, ?1, ?3, 'writing', ?4)
ON CONFLICT (key) DO UPDATE SET state = 'writing', superseded_at = NULL
WHERE archive_files.tenant_id = excluded.tenant_id
    AND archive_files.state = 'superseded'
    AND archive_files.generation IS NULL
