SELECT period, outbox, dead_letters
FROM backlog_hours
WHERE period >= ?1 AND period < ?2
ORDER BY period
