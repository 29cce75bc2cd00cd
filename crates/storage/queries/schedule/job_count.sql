SELECT jobs AS count FROM job_total
