-- Runs behind a committed merge; where that was refused, its file has no generation and the inputs stay.
UPDATE archive_files
SET state = 'superseded', superseded_at = ?4
WHERE tenant_id = ?1
    AND key IN (SELECT value FROM json_each(?3))
    AND state = 'live'
    AND EXISTS (SELECT 1 FROM archive_files WHERE tenant_id = ?1 AND key = ?2 AND generation IS NOT NULL)
