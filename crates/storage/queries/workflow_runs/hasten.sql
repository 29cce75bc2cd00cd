-- Looked at by ?3, and then in ever longer intervals again. After a change of the approval in the same transaction.
UPDATE workflow_runs
SET check_at = MIN(check_at, ?3), checks = 0
WHERE tenant_id = ?1 AND id = ?2 AND check_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM approvals WHERE tenant_id = ?1 AND id = ?2 AND version = ?4)
