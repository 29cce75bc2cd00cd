-- By cron, over all tenants: letters of before there were groups.
SELECT id, cause, workflow, step, errors FROM dead_letters WHERE fingerprint IS NULL ORDER BY id DESC LIMIT ?1
