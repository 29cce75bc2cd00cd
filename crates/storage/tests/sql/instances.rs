//! The index of instances as triggers keep it, and steering instances over the very statements that run over D1.

use std::cell::RefCell;
use std::rc::Rc;

use app::pipeline::{ControlPorts, WorkflowControlService};
use app::ports::{
    DeadLetterQuery, DeadLetterStore, EngineOrder, EventStore, EventTransition, InstanceEngine,
    InstanceState, NewEvent, NewRun, RunChange, RunStore, SteeredWorkflow, StoreError, WorkflowInstances,
    WorkflowRun,
};
use app::workflows::WorkflowPorts;
use async_trait::async_trait;
use contracts::pipeline::workflow_control::{
    ControlError, ControlInstance, ControlReceipt, FindInstances, GetInstance, Instance, InstanceOrder,
    WorkflowControl,
};
use contracts::pipeline::workflows::RunOrder;
use contracts::{OperatorCall, OperatorScope};
use domain::EventStatus;
use domain::workflow::{RunStatus, WorkflowKind};
use ids::{ApprovalId, BackfillId, EventId, ReportId, TenantId};
use mesh::{CallContext, Deadline, TraceContext};
use storage::{
    SqlApprovalStore, SqlBackfillStore, SqlDatabase, SqlDeadLetterStore, SqlEventStore, SqlInstanceIndex,
    SqlRunStore, Statement, Value,
};
use test_kit::{FakeClock, Fixtures, MemoryArchive, MemoryCrm, MemoryQueue, SeededRandom, run};

use crate::sqlite::Sqlite;

/// An engine that notes what it is told.
#[derive(Clone, Default)]
struct Engine {
    told: Rc<RefCell<Vec<String>>>,
    forgetful: bool,
}

#[async_trait(?Send)]
impl InstanceEngine for Engine {
    async fn state(&self, _: SteeredWorkflow, _: &str) -> Result<InstanceState, StoreError> {
        Ok(if self.forgetful { InstanceState::Missing } else { InstanceState::Alive })
    }

    async fn steer(
        &self,
        workflow: SteeredWorkflow,
        id: &str,
        order: &EngineOrder,
    ) -> Result<bool, StoreError> {
        self.told.borrow_mut().push(format!("{workflow} {id} {order:?}"));
        Ok(!self.forgetful)
    }
}

#[async_trait(?Send)]
impl WorkflowInstances for Engine {
    async fn start(&self, run: &WorkflowRun) -> Result<(), StoreError> {
        self.told.borrow_mut().push(format!("start {}", run.run.run_id));
        Ok(())
    }

    async fn state(&self, _: WorkflowKind, _: &str) -> Result<InstanceState, StoreError> {
        Ok(InstanceState::Alive)
    }

    async fn wake(&self, _: WorkflowKind, _: &str) -> Result<(), StoreError> {
        Ok(())
    }

    async fn steer(&self, workflow: WorkflowKind, id: &str, order: RunOrder) -> Result<(), StoreError> {
        self.told.borrow_mut().push(format!("{workflow} {id} {order:?}"));
        Ok(())
    }
}

struct World {
    database: Sqlite,
    engine: Engine,
    queue: MemoryQueue,
    make: Fixtures,
    ours: TenantId,
    theirs: TenantId,
}

/// No name is looked up here.
struct Nowhere;

#[async_trait(?Send)]
impl app::ports::Resolver for Nowhere {
    async fn resolve(&self, _: &str) -> Result<Vec<std::net::IpAddr>, StoreError> {
        Ok(Vec::new())
    }
}

impl World {
    fn new() -> Self {
        let make = Fixtures::new(11);
        let (ours, theirs) = (make.tenant(), make.tenant());
        let (database, engine, queue) = (Sqlite::migrated("data"), Engine::default(), MemoryQueue::default());
        Self { database, engine, queue, make, ours, theirs }
    }

    fn service(&self) -> WorkflowControlService {
        let database = || self.database.clone();
        WorkflowControlService(ControlPorts {
            index: Rc::new(SqlInstanceIndex::new(database())),
            engine: Rc::new(self.engine.clone()),
            events: Rc::new(SqlEventStore::new(database())),
            reruns: Rc::new(SqlBackfillStore::new(database())),
            queue: Rc::new(self.queue.clone()),
            notifiers: Rc::new([]),
            workflows: WorkflowPorts {
                runs: Rc::new(SqlRunStore::new(database())),
                approvals: Rc::new(SqlApprovalStore::new(database())),
                archive: Rc::new(MemoryArchive::default()),
                histories: app::workflows::HistoryPorts {
                    store: Rc::new(storage::SqlHistoryStore::new(database())),
                    key: Err("there is none".into()),
                    resolver: Rc::new(Nowhere),
                    egress: egress::Policy::default(),
                },
                records: Rc::new(MemoryCrm::default()),
                instances: Rc::new(self.engine.clone()),
                clock: Rc::new(FakeClock::at(self.make.now())),
                random: Rc::new(SeededRandom::new(5)),
            },
        })
    }

    /// An event whose workflow has begun.
    fn begun(&self, tenant: TenantId) -> NewEvent {
        let (events, event) = (SqlEventStore::new(self.database.clone()), self.make.event());
        run(events.insert(tenant, &event, None, self.make.now())).unwrap();
        self.becomes(tenant, event.event_id, EventStatus::Processing);
        event
    }

    fn becomes(&self, tenant: TenantId, event: EventId, status: EventStatus) {
        let events = SqlEventStore::new(self.database.clone());
        let change = EventTransition { reason: Some("why".into()), ..EventTransition::to(status) };
        assert_eq!(run(events.transition(tenant, event, &change, self.make.now())), Ok(true));
    }

    fn started(&self, tenant: TenantId, workflow: WorkflowKind, run_id: String) -> String {
        let event = self.make.event();
        let new = NewRun {
            run_id: run_id.clone(),
            workflow,
            params: "{}".into(),
            request_key: None,
            request_sha256: String::new(),
            actor: "key".into(),
            traceparent: event.traceparent,
            created_at: event.received_at,
        };
        run(SqlRunStore::new(self.database.clone()).insert(tenant, &new, self.make.now())).unwrap();
        run_id
    }

    fn find(&self, request: FindInstances) -> Vec<Instance> {
        let (mut all, mut request) = (Vec::new(), FindInstances { limit: 2, ..request });
        loop {
            let page = run(self.service().find_instances(&call(), request.clone())).unwrap();
            all.extend(page.items);
            match page.next_before {
                Some(before) => request.before = Some(before),
                None => return all,
            }
        }
    }

    fn get(&self, id: &str) -> Instance {
        run(self.service().get_instance(&call(), GetInstance { id: id.into() })).unwrap().instance
    }

    fn control(&self, id: &str, order: InstanceOrder) -> Result<ControlReceipt, ControlError> {
        self.ask(ControlInstance { id: id.into(), order, from: None, version: None })
    }

    fn ask(&self, request: ControlInstance) -> Result<ControlReceipt, ControlError> {
        run(self.service().control_instance(&call(), request))
    }
}

fn call() -> OperatorCall {
    let scope = OperatorScope { operator: "person:ada@example.com".into() };
    CallContext::new(scope, TraceContext::from_random([7; 24]), Deadline::after(u64::MAX / 2, 1_000), "admin")
}

fn ids(found: &[Instance]) -> Vec<&str> {
    found.iter().map(|instance| instance.id.as_str()).collect()
}

#[test]
fn what_begins_and_ends_is_listed_whoever_asks_for_which_part() {
    let world = World::new();
    let (ours, theirs) = (world.ours, world.theirs);
    let done = world.begun(ours).event_id.to_string();
    world.becomes(ours, done.parse().unwrap(), EventStatus::Processed);
    let at_work = world.begun(theirs).event_id.to_string();
    let failed = world.begun(ours).event_id.to_string();
    world.becomes(ours, failed.parse().unwrap(), EventStatus::Failed);
    let report = ReportId::from_parts(1, [1; 10]).to_string();
    world.started(ours, WorkflowKind::AccountReport, report.clone());
    // One that the queue gave up on has had no instance.
    let dead = world.make.event();
    let events = SqlEventStore::new(world.database.clone());
    run(events.insert(ours, &dead, None, world.make.now())).unwrap();
    world.becomes(ours, dead.event_id, EventStatus::Dead);

    let all = world.find(FindInstances::default());
    assert_eq!(ids(&all), [&report, &failed, &at_work, &done]);
    let states: Vec<_> = all.iter().map(|one| (one.status.as_str(), one.error.as_deref())).collect();
    assert_eq!(states, [("accepted", None), ("failed", Some("why")), ("running", None), ("completed", None)]);
    assert!(all[1].ended_at.is_some() && all[2].ended_at.is_none());
    for (tenant, workflow, status, expect) in [
        (Some(ours), None, None, vec![&report, &failed, &done]),
        (None, Some("call_ingest"), None, vec![&failed, &at_work, &done]),
        (None, None, Some("failed"), vec![&failed]),
        (Some(theirs), Some("call_ingest"), Some("running"), vec![&at_work]),
        (Some(theirs), None, Some("completed"), vec![]),
    ] {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let query =
            FindInstances { tenant, workflow: text(workflow), status: text(status), ..Default::default() };
        assert_eq!(ids(&world.find(query)), expect);
    }
    for (workflow, status, field) in [(Some("Erase"), None, "name"), (None, Some("alive"), "status")] {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let query =
            FindInstances { workflow: text(workflow), status: text(status), limit: 1, ..Default::default() };
        let refused = run(world.service().find_instances(&call(), query));
        assert!(matches!(refused, Err(ControlError::Invalid { field: at, .. }) if at == field));
    }
}

#[test]
fn a_list_takes_every_row_from_one_end_of_an_index() {
    let world = World::new();
    world.begun(world.ours);
    world.database.take_statements();
    for tenant in [None, Some(world.ours)] {
        world.find(FindInstances { tenant, ..FindInstances::default() });
        let statements = world.database.take_statements();
        assert_eq!(statements.len(), 36, "a pair of a workflow and a status each");
        for statement in statements {
            let plan = world.database.plan(&statement).join("; ");
            let index = if tenant.is_some() {
                "workflow_instances_by_tenant (tenant_id=? AND workflow=? AND status=? AND (started_at,id)<(?,?))"
            } else {
                "workflow_instances_of_all (workflow=? AND status=? AND (started_at,id)<(?,?))"
            };
            assert_eq!(plan, format!("SEARCH workflow_instances USING INDEX {index}"));
        }
    }
    run(world.service().control_instance(
        &call(),
        ControlInstance { id: "evt_x".into(), order: InstanceOrder::Pause, from: None, version: None },
    ))
    .unwrap_err();
    for statement in world.database.take_statements() {
        let plan = world.database.plan(&statement).join("; ");
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}

#[test]
fn an_events_instance_is_held_goes_on_and_ends_with_a_letter() {
    let world = World::new();
    let event = world.begun(world.ours);
    let id = event.event_id.to_string();
    let held = world.control(&id, InstanceOrder::Pause).unwrap();
    assert_eq!((held.before.status.as_str(), held.after.status.as_str()), ("running", "paused"));
    assert_eq!((held.before.version, held.after.version), (1, 2));
    let stale = world.ask(ControlInstance {
        id: id.clone(),
        order: InstanceOrder::Terminate,
        from: None,
        version: Some(1),
    });
    assert!(matches!(stale, Err(ControlError::Stale { current }) if current.status == "paused"));
    assert_eq!(world.control(&id, InstanceOrder::Resume).unwrap().after.status, "running");

    let ended = world.control(&id, InstanceOrder::Terminate).unwrap().after;
    assert_eq!((ended.status.as_str(), ended.ended_at.is_some()), ("terminated", true));
    let record = run(SqlEventStore::new(world.database.clone()).get(world.ours, event.event_id));
    let record = record.unwrap().unwrap();
    assert_eq!(record.status, EventStatus::Failed);
    assert_eq!(record.reason.as_deref(), Some("its workflow was ended by person:ada@example.com"));
    let letters = SqlDeadLetterStore::new(world.database.clone());
    let query =
        DeadLetterQuery { tenant: Some(world.ours), cause: None, group: None, before: None, limit: 10 };
    assert_eq!(run(letters.list(&query)).unwrap().len(), 1, "it can be replayed");
    assert_eq!(world.engine.told.borrow().len(), 3);
    assert!(world.control(&id, InstanceOrder::Terminate).is_ok(), "ended twice is ended");
    assert!(matches!(world.control(&id, InstanceOrder::Pause), Err(ControlError::NotPossible { .. })));
}

#[test]
fn a_restart_begins_again_in_place_or_as_another_run() {
    let world = World::new();
    let event = world.begun(world.ours);
    let id = event.event_id.to_string();
    let restart = |from: Option<&str>| {
        let from = from.map(str::to_owned);
        world.ask(ControlInstance { id: id.clone(), order: InstanceOrder::Restart, from, version: None })
    };
    assert!(matches!(restart(Some("embed")), Err(ControlError::Invalid { field, .. }) if field == "from"));
    let step = app::ports::StepRecord {
        position: 0,
        name: "load".into(),
        status: domain::StepStatus::Succeeded,
        attempts: 1,
        started_at: world.make.now(),
        ended_at: Some(world.make.now()),
        error: None,
    };
    let events = SqlEventStore::new(world.database.clone());
    run(events.record_step(world.ours, event.event_id, 0, &step)).unwrap();
    assert_eq!(restart(Some("load")).unwrap().begun, None, "it goes on under its own id");
    assert!(world.engine.told.borrow()[0].ends_with("Restart { from: Some(\"load\") }"));

    world.becomes(world.ours, event.event_id, EventStatus::Processed);
    assert!(matches!(restart(Some("load")), Err(ControlError::NotPossible { .. })));
    let again = restart(None).unwrap();
    assert_eq!(again.begun.as_deref(), Some(&*format!("{id}-1")));
    assert_eq!(again.after.status, "completed", "what has ended stays");
    assert_eq!(world.queue.take().len(), 1);
    world.becomes(world.ours, event.event_id, EventStatus::Processing);
    let next = world.get(&format!("{id}-1"));
    assert_eq!((next.run, next.status.as_str(), next.event_id), (1, "running", Some(event.event_id)));
    assert!(matches!(restart(None), Err(ControlError::NotPossible { .. })), "another run has begun since");
}

#[test]
fn a_run_of_a_tenant_follows_its_own_record() {
    let world = World::new();
    let id =
        world.started(world.ours, WorkflowKind::Backfill, BackfillId::from_parts(1, [2; 10]).to_string());
    assert_eq!(world.control(&id, InstanceOrder::Pause).unwrap().after.status, "paused");
    let runs = SqlRunStore::new(world.database.clone());
    assert_eq!(run(runs.get(world.ours, &id)).unwrap().unwrap().status, RunStatus::Paused);
    let refused = world.ask(ControlInstance {
        id: id.clone(),
        order: InstanceOrder::Restart,
        from: Some("pick".into()),
        version: None,
    });
    assert!(matches!(refused, Err(ControlError::NotPossible { .. })), "its steps are turns");
    assert_eq!(world.control(&id, InstanceOrder::Restart).unwrap().after.status, "running");
    assert_eq!(world.control(&id, InstanceOrder::Terminate).unwrap().after.status, "terminated");
    let begun = world.control(&id, InstanceOrder::Restart).unwrap().begun.unwrap();
    assert!(begun.parse::<BackfillId>().is_ok() && begun != id);
    assert_eq!(world.get(&begun).status, "accepted");
    assert!(world.engine.told.borrow().contains(&format!("start {begun}")));

    let asked = ApprovalId::from_parts(1, [3; 10]).to_string();
    let asked = world.started(world.ours, WorkflowKind::SpendApproval, asked);
    let done = RunChange::to(RunStatus::Completed);
    run(runs.change(world.ours, &asked, &done, world.make.now())).unwrap();
    assert!(matches!(world.control(&asked, InstanceOrder::Restart), Err(ControlError::NotPossible { .. })));
}

#[test]
fn what_the_engine_does_not_have_is_said_and_changes_nothing() {
    let mut world = World::new();
    let id = world.begun(world.ours).event_id.to_string();
    world.engine.forgetful = true;
    assert!(matches!(world.control(&id, InstanceOrder::Pause), Err(ControlError::NotPossible { .. })));
    assert_eq!((world.get(&id).status.as_str(), world.get(&id).version), ("running", 1));
    let nobody = EventId::from_parts(1, [9; 10]).to_string();
    assert_eq!(world.control(&nobody, InstanceOrder::Pause), Err(ControlError::NotFound));
}

#[test]
fn instances_go_with_what_they_worked_on() {
    let world = World::new();
    let event = world.begun(world.ours);
    let kept = world.begun(world.theirs);
    world.becomes(world.ours, event.event_id, EventStatus::Processed);
    world.control(&event.event_id.to_string(), InstanceOrder::Restart).unwrap();
    world.becomes(world.ours, event.event_id, EventStatus::Processing);
    let report = ReportId::from_parts(1, [4; 10]).to_string();
    world.started(world.ours, WorkflowKind::AccountReport, report.clone());
    assert_eq!(world.find(FindInstances::default()).len(), 4);
    for (sql, id) in [
        ("DELETE FROM outbox WHERE event_id = ?1", event.event_id.to_string()),
        ("DELETE FROM events WHERE id = ?1", event.event_id.to_string()),
        ("DELETE FROM workflow_runs WHERE id = ?1", report),
    ] {
        run(world.database.query(Statement::new(sql, vec![Value::from(id)]))).unwrap();
    }
    assert_eq!(ids(&world.find(FindInstances::default())), [&kept.event_id.to_string()]);
}
