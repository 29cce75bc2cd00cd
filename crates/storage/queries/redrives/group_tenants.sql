-- ?3 narrows to a tenant. What waits is counted by the group's index.
SELECT tenant_id, letters,
    (SELECT COUNT(*) FROM dead_letters d
        WHERE d.fingerprint = ?1 AND d.tenant_id = t.tenant_id AND d.replayed_at IS NULL AND d.event_id IS NOT NULL)
    AS waiting
FROM dead_letter_group_tenants t
WHERE fingerprint = ?1 AND (?3 IS NULL OR tenant_id = ?3)
ORDER BY letters DESC, tenant_id
LIMIT ?2
