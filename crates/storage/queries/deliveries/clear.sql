DELETE FROM deliveries
