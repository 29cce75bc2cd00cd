DELETE FROM usage_batches WHERE recorded_at < ?1
