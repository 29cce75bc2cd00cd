SELECT files, bytes FROM file_totals WHERE tenant_id = ?1
