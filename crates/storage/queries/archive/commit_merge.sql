-- Only if each of the inputs is live. Without a row left, the merge takes its generation and is superseded at once.
UPDATE archive_files
SET state = CASE WHEN ?5 > 0 THEN 'live' ELSE 'superseded' END,
    superseded_at = CASE WHEN ?5 > 0 THEN NULL ELSE ?12 END,
    generation = COALESCE((SELECT d.generation FROM archive_days AS d WHERE d.tenant_id = ?1 AND d.day = archive_files.day), 0) + 1,
    rows = ?5,
    bytes = ?6,
    sha256 = ?7,
    min_received_at = ?8,
    max_received_at = ?9,
    min_event_id = ?10,
    max_event_id = ?11
WHERE tenant_id = ?1
    AND key = ?2
    AND state = 'writing'
    AND (
        SELECT COUNT(*)
        FROM archive_files AS input
        WHERE input.tenant_id = ?1 AND input.state = 'live' AND input.key IN (SELECT value FROM json_each(?3))
    ) = ?4
