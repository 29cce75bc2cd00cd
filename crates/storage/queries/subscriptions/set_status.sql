UPDATE subscriptions SET
    status = CASE WHEN ?3 IS NULL THEN 'active' ELSE 'disabled' END,
    disabled_reason = ?3,
    disabled_at = CASE WHEN ?3 IS NULL THEN NULL ELSE coalesce(disabled_at, ?4) END
WHERE tenant_id = ?1 AND id = ?2
