-- Behind the replay of letter ?4, the first time only: the steps were those of run ?3, which is over.
DELETE FROM event_steps
WHERE tenant_id = ?1
    AND event_id = ?2
    AND EXISTS (SELECT 1 FROM events WHERE tenant_id = ?1 AND id = ?2 AND run = ?3 + 1)
    AND EXISTS (SELECT 1 FROM dead_letters WHERE id = ?4 AND replayed_at IS NULL)
