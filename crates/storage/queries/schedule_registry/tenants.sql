-- Of any tenant: an operator looks through all schedules. Every id is greater than the empty text.
-- With one MAX, the columns beside it are those of its row: the repair is the latest one.
SELECT
    tenant_id,
    COUNT(*) AS parts,
    (SELECT MIN(entered_at) FROM schedule_objects AS first WHERE first.tenant_id = o.tenant_id) AS entered_at,
    SUM(repairs) AS repairs,
    MAX(repaired_at) AS repaired_at,
    repair
FROM schedule_objects AS o
WHERE tenant_id > COALESCE(?1, '')
GROUP BY tenant_id
ORDER BY tenant_id
LIMIT ?2
