-- Records of the schedule do not overlap, so that beyond ?3 only the next may begin before it.
SELECT * FROM runs
WHERE job_id = ?1 AND asked_by = 'schedule' AND scheduled_for BETWEEN ?2 AND ?3
UNION ALL
SELECT * FROM runs
WHERE id = (
    SELECT id FROM runs
    WHERE job_id = ?1 AND asked_by = 'schedule' AND scheduled_for > ?3 AND outcome <> 'skipped_gap'
    ORDER BY scheduled_for
    LIMIT 1
)
    AND first_for <= ?3
UNION ALL
SELECT * FROM runs
WHERE job_id = ?1 AND asked_by = 'backfill' AND scheduled_for BETWEEN ?2 AND ?3
