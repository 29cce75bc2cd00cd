INSERT INTO backlog_hours (period, outbox, dead_letters)
VALUES (?1, ?2, ?3)
ON CONFLICT (period) DO UPDATE SET
    outbox = MAX(outbox, excluded.outbox),
    dead_letters = MAX(dead_letters, excluded.dead_letters)
