DELETE FROM backlog_hours WHERE period < ?1
