SELECT tenant_id, NULL AS event_id FROM subscriptions WHERE id = ?1
