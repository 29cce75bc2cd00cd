-- For operators, over all tenants.
SELECT
    g.fingerprint, g.cause, g.workflow, g.step, g.pattern, g.letters, g.waiting, g.first_at, g.last_at, g.sample,
    (SELECT COUNT(*) FROM dead_letter_group_tenants t WHERE t.fingerprint = g.fingerprint) AS tenants
FROM dead_letter_groups g
WHERE g.fingerprint = ?1
