INSERT INTO jobs (
    id, name, schedule, task, max_attempts, delay_ms, status, next_run_at, created_at, calendar, cursor, resumed_at,
    policy, heartbeat
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
