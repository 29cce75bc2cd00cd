SELECT after_key AS object_key FROM raw_sweeps WHERE tenant_id = ?1
