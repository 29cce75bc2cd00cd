-- The plus keeps SQLite from walking all of the tenant's signals, newest first, for the few of one event: without
-- figures about the tables it takes that for the cheaper way, since it spares a sort.
SELECT id, event_id, kind, account, score, quote, quote_start, quote_end, turn, speaker, at_ms, created_at
FROM signals
WHERE +tenant_id = ?1 AND event_id = ?2
