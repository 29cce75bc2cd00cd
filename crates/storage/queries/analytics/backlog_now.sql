-- For operators: what waits now, over all tenants. Both counts walk what waits, by an index that has nothing else.
SELECT
    (SELECT COUNT(*) FROM outbox) AS outbox,
    (SELECT COUNT(*) FROM dead_letters WHERE replayed_at IS NULL) AS dead_letters
