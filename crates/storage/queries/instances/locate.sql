SELECT tenant_id, event_id FROM workflow_instances WHERE id = ?1
