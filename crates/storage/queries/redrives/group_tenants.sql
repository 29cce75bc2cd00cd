SELECT tenant_id, letters
FROM dead_letter_group_tenants
WHERE fingerprint = ?1
ORDER BY letters DESC, tenant_id
LIMIT ?2
