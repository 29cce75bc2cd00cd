INSERT OR REPLACE INTO endpoint (
    one, tenant, subscription_id, url, ordered_by, phase, disabled_reason, failures, opened, open_until, failing_since,
    secret, previous_secret, previous_secret_until, unreported
) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
