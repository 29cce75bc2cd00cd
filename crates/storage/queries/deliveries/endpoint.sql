SELECT tenant, subscription_id, url, ordered_by, phase, disabled_reason, failures, opened, open_until, failing_since,
    secret, previous_secret, previous_secret_until, unreported FROM endpoint
