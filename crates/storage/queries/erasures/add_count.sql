INSERT INTO erasure_counts (erasure_id, tenant_id, name, count)
VALUES (?2, ?1, ?3, ?4)
ON CONFLICT (erasure_id, name) DO UPDATE SET count = count + excluded.count
