DELETE FROM redrive_letters WHERE redrive_id IN (SELECT id FROM redrives WHERE requested_at < ?1 AND status != 'running')
