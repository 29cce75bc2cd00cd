DELETE FROM usage_tenant_days WHERE period < ?1
