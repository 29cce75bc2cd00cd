DELETE FROM redrives WHERE requested_at < ?1 AND status != 'running'
