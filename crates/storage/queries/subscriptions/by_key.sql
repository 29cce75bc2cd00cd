SELECT id, url, kinds, ordered_by, description, status, disabled_reason, disabled_at, created_at, request_hash FROM subscriptions WHERE tenant_id = ?1 AND idempotency_key = ?2
