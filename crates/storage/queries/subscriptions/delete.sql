DELETE FROM subscriptions WHERE tenant_id = ?1 AND id = ?2
