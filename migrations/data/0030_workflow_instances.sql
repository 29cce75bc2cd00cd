-- An index over the engine's instances: the platform's binding lists none, so that operators look here. Times are Unix
-- milliseconds (UTC).
--
-- Triggers keep it, in the transaction of the change that they follow: no path through the code can forget it, and it
-- costs no round trip. A row stands for one instance: a run of an event from the moment its workflow begins, or a run
-- that a tenant asked for.

CREATE TABLE workflow_instances (
    id          TEXT PRIMARY KEY, -- the engine's id of it
    tenant_id   TEXT NOT NULL,
    workflow    TEXT NOT NULL,
    status      TEXT NOT NULL
        CHECK (status IN ('accepted', 'running', 'paused', 'completed', 'failed', 'terminated')),
    event_id    TEXT, -- the event that it works off, if it does that
    run         INTEGER NOT NULL DEFAULT 0, -- which run of that event
    error       TEXT,
    traceparent TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    updated_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1 -- counts every change, for whoever acts on what was shown a while ago
) STRICT;
-- A list asks for each pair of a workflow and a status that its filters leave, so that two indexes serve all of them.
CREATE INDEX workflow_instances_of_all ON workflow_instances (workflow, status, started_at, id);
CREATE INDEX workflow_instances_by_tenant ON workflow_instances (tenant_id, workflow, status, started_at, id);

-- What is under way when this index begins.
INSERT INTO workflow_instances (
    id, tenant_id, workflow, status, event_id, run, traceparent, started_at, updated_at
)
SELECT CASE run WHEN 0 THEN id ELSE id || '-' || run END, tenant_id, workflow, 'running', id, run, traceparent,
    updated_at, updated_at
FROM events
WHERE status = 'processing';
INSERT INTO workflow_instances (
    id, tenant_id, workflow, status, error, traceparent, started_at, ended_at, updated_at
)
SELECT id, tenant_id, workflow, status, error, traceparent, created_at,
    CASE WHEN status IN ('completed', 'failed', 'terminated') THEN updated_at END, updated_at
FROM workflow_runs;

-- An event that dies on its way to a workflow has had no instance. An instance that an operator ended stays so, whatever
-- becomes of its event.
CREATE TRIGGER workflow_instances_follow_events AFTER UPDATE OF status ON events
WHEN NEW.status <> OLD.status AND NEW.status IN ('processing', 'processed', 'skipped', 'failed')
BEGIN
    INSERT INTO workflow_instances (
        id, tenant_id, workflow, status, event_id, run, error, traceparent, started_at, ended_at, updated_at
    )
    VALUES (
        CASE NEW.run WHEN 0 THEN NEW.id ELSE NEW.id || '-' || NEW.run END,
        NEW.tenant_id,
        NEW.workflow,
        CASE NEW.status WHEN 'processing' THEN 'running' WHEN 'failed' THEN 'failed' ELSE 'completed' END,
        NEW.id,
        NEW.run,
        CASE NEW.status WHEN 'failed' THEN NEW.reason END,
        NEW.traceparent,
        NEW.updated_at,
        CASE WHEN NEW.status <> 'processing' THEN NEW.updated_at END,
        NEW.updated_at
    )
    ON CONFLICT (id) DO UPDATE SET
        status = excluded.status,
        error = excluded.error,
        ended_at = excluded.ended_at,
        updated_at = excluded.updated_at,
        version = version + 1
    WHERE workflow_instances.status NOT IN ('completed', 'failed', 'terminated');
END;

CREATE TRIGGER workflow_instances_begin_with_runs AFTER INSERT ON workflow_runs
BEGIN
    INSERT INTO workflow_instances (id, tenant_id, workflow, status, traceparent, started_at, updated_at)
    VALUES (NEW.id, NEW.tenant_id, NEW.workflow, NEW.status, NEW.traceparent, NEW.created_at, NEW.updated_at);
END;

CREATE TRIGGER workflow_instances_follow_runs AFTER UPDATE OF status ON workflow_runs
WHEN NEW.status <> OLD.status
BEGIN
    UPDATE workflow_instances
    SET status = NEW.status,
        error = NEW.error,
        ended_at = CASE WHEN NEW.status IN ('completed', 'failed', 'terminated') THEN NEW.updated_at END,
        updated_at = NEW.updated_at,
        version = version + 1
    WHERE id = NEW.id;
END;

-- The instances of an event have its id, or its id, a dash and the run: `.` is the character behind the dash.
CREATE TRIGGER workflow_instances_go_with_events AFTER DELETE ON events
BEGIN
    DELETE FROM workflow_instances WHERE id >= OLD.id AND id < OLD.id || '.';
END;

CREATE TRIGGER workflow_instances_go_with_runs AFTER DELETE ON workflow_runs
BEGIN
    DELETE FROM workflow_instances WHERE id = OLD.id;
END;
