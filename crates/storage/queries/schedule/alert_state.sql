SELECT streak, raised FROM alert_states WHERE job_id = ?1
