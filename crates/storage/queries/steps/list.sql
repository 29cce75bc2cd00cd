-- The steps of the run that is under way: a replay forgets those of the one before.
SELECT position, name, status, attempts, started_at, ended_at, error
FROM event_steps
WHERE tenant_id = ?1 AND event_id = ?2
ORDER BY position, name
