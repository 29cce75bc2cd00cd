SELECT * FROM calls INDEXED BY open_calls
WHERE status = 'open' AND expires_ms <= ?1
ORDER BY expires_ms
LIMIT ?2
