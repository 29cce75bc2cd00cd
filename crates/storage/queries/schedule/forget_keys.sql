DELETE FROM idempotency_keys WHERE used_at < ?1
