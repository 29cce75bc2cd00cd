SELECT id, event_id, kind, account, score, quote, quote_start, quote_end, turn, speaker, at_ms, created_at
FROM signals
WHERE tenant_id = ?1
