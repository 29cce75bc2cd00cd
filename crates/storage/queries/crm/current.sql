-- The last setting of each field of the records in ?2, a JSON array of ids. A gap says nothing of a record's life.
SELECT record, field, value
FROM (
    SELECT s.record, s.field, s.value,
        ROW_NUMBER() OVER (PARTITION BY s.record, s.field ORDER BY s.stamp DESC, s.value DESC) AS place
    FROM json_each(?2) k
    CROSS JOIN crm_settings s ON s.tenant_id = ?1 AND s.record = k.value
    WHERE s.field <> '' OR s.value <> '"gap"'
)
WHERE place = 1 AND value <> ''
ORDER BY record, field
