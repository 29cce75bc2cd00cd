-- What happened with an account, for its report.
CREATE INDEX events_by_account ON events (tenant_id, account, id);
