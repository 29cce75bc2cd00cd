SELECT min(settled_at) AS at FROM deliveries WHERE settled_at IS NOT NULL
