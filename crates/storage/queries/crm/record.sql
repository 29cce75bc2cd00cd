SELECT id, entity, source, organization, record_id, first_at, last_at
FROM crm_records
WHERE tenant_id = ?1 AND entity = ?2 AND id = ?3
