-- Runs behind a commit: the day is now at the generation that the file brought, if it brought one.
INSERT INTO archive_days (tenant_id, day, generation, published)
SELECT tenant_id, day, generation, 0 FROM archive_files WHERE tenant_id = ?1 AND key = ?2 AND generation IS NOT NULL
ON CONFLICT (tenant_id, day) DO UPDATE SET generation = MAX(generation, excluded.generation)
