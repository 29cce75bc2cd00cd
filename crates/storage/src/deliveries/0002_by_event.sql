-- What tells of an event is found by it, when the event is removed for good.
CREATE INDEX deliveries_of ON deliveries (event_id) WHERE event_id IS NOT NULL;
