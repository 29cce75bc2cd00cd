DELETE FROM ended_runs WHERE seq = ?1
