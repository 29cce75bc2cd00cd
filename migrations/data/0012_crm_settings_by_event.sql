-- What an event set in the records of CRMs goes with it.
CREATE INDEX crm_settings_by_event ON crm_settings (tenant_id, event_id);
