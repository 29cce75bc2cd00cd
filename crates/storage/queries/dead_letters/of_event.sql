-- By the index of their uniqueness.
SELECT id, run FROM dead_letters WHERE event_id = ?2 AND tenant_id = ?1 ORDER BY run
