INSERT INTO backfills (
    id, job_id, from_at, until_at, cursor, due_at, status, times, begun, kept, created_at, ended_at, request_key
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
