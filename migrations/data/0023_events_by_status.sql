-- For operators, who look for what failed whosever it is.
CREATE INDEX events_of_all_by_status ON events (status, id);
