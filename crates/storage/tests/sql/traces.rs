//! Traces over SQL: what was recorded and what rows tell, together; each query by an index on the trace.

use app::ports::{EventStore, EventTransition, NewEvent, SpanSink, StepRecord, TraceStore};
use app::traces::{span_of, step_name};
use contracts::Timestamp;
use contracts::pipeline::traces::{RecordedSpan, SpanFact, TraceSpan};
use domain::{EventStatus, StepStatus};
use ids::TenantId;
use storage::{SqlDatabase, SqlEventStore, SqlTraceStore, Statement, Value};
use test_kit::{Fixtures, run};

use crate::sqlite::Sqlite;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const REQUEST: &str = "00f067aa0ba902b7";

fn span(id: &str, started_ms: u64) -> RecordedSpan {
    RecordedSpan {
        trace_id: TRACE.into(),
        span: TraceSpan {
            kind: "request".into(),
            id: id.into(),
            span_id: REQUEST.into(),
            service: "gateway".into(),
            tenant: None,
            parent: None,
            parent_span: Some("00000000000000aa".into()),
            name: "POST /v1/events".into(),
            status: "202".into(),
            failed: false,
            started_at: Timestamp::from_unix_ms(started_ms),
            ended_at: None,
            attempts: 1,
            error: None,
            event_id: None,
            facts: vec![SpanFact::new("request_id", "req_1")],
        },
    }
}

struct World {
    database: Sqlite,
    store: SqlTraceStore<Sqlite>,
    make: Fixtures,
}

impl World {
    fn new() -> Self {
        let database = Sqlite::migrated("data");
        let store = SqlTraceStore::new(database.clone());
        Self { database, store, make: Fixtures::new(50) }
    }

    fn execute(&self, sql: &str, values: Vec<Value>) {
        run(self.database.query(Statement::new(sql, values))).unwrap();
    }

    fn found(&self) -> Vec<TraceSpan> {
        run(self.store.spans(TRACE, 100)).unwrap()
    }

    /// An event of the trace that failed at its second step, and was replayed.
    fn failed_event(&self, tenant: TenantId) -> NewEvent {
        let events = SqlEventStore::new(self.database.clone());
        let event = NewEvent { traceparent: format!("00-{TRACE}-{REQUEST}-01"), ..self.make.event() };
        run(events.insert(tenant, &event, None, self.make.now())).unwrap();
        let change = |status| EventTransition { run: Some(0), ..EventTransition::to(status) };
        run(events.transition(tenant, event.event_id, &change(EventStatus::Processing), self.make.now()))
            .unwrap();
        for (position, (name, status)) in
            [("load", StepStatus::Succeeded), ("normalize", StepStatus::Failed)].into_iter().enumerate()
        {
            let step = StepRecord {
                position: position as u32,
                name: name.into(),
                status,
                attempts: position as u32 + 1,
                started_at: self.make.now(),
                ended_at: Some(self.make.now()),
                error: (status == StepStatus::Failed).then(|| "no turn".to_owned()),
            };
            run(events.record_step(tenant, event.event_id, 0, &step)).unwrap();
        }
        run(events.transition(tenant, event.event_id, &change(EventStatus::Failed), self.make.now()))
            .unwrap();
        self.execute(
            "INSERT INTO dead_letters (id, tenant_id, event_id, cause, errors, attempts, traceparent, dead_at, expires_at, \
             replayed_at, replayed_by) VALUES ('dlt_1', ?1, ?2, 'workflow', '[\"no turn\"]', 2, ?3, ?4, 1, ?4, 'ada')",
            vec![
                tenant.into(),
                event.event_id.into(),
                (&event.traceparent).into(),
                self.make.now().into(),
            ],
        );
        event
    }
}

#[test]
fn a_trace_is_told_from_what_was_recorded_and_from_rows_each_part_of_another() {
    let world = World::new();
    let tenant = world.make.tenant();
    run(world.store.record(tenant, vec![span("req_1", 1)])).unwrap();
    let event = world.failed_event(tenant);
    let found = world.found();
    let id = event.event_id.to_string();
    let of = |kind: &str| found.iter().find(|span| span.kind == kind).unwrap();
    assert_eq!(found.len(), 8, "{found:#?}");
    assert!(found.is_sorted_by_key(|span| span.started_at));
    assert!(found.iter().all(|span| span.tenant == Some(tenant)));

    let request = of("request");
    assert_eq!(request.span_id, REQUEST);
    assert_eq!(request.facts, [SpanFact::new("request_id", "req_1")]);
    let accepted = of("event");
    assert_eq!((&accepted.id, accepted.parent_span.as_deref()), (&id, Some(REQUEST)));
    assert!(accepted.failed && accepted.ended_at.is_some());
    let queued = of("queue");
    assert_eq!((queued.parent.as_ref(), &*queued.status), (Some(&id), "handed over"));
    let workflow = of("workflow");
    assert_eq!((workflow.parent.as_ref(), workflow.id.clone()), (Some(&id), format!("{id}/workflow")));
    assert_eq!(
        queued.ended_at,
        Some(workflow.started_at),
        "the queue's time ends where the workflow's begins"
    );
    let step = found.iter().find(|span| span.name == "normalize").unwrap();
    assert_eq!(step.parent.as_ref(), Some(&workflow.id));
    assert_eq!((step.failed, step.error.as_deref(), step.attempts), (true, Some("no turn"), 2));
    assert_eq!(step.span_id, format!("{:016x}", span_of(&step_name(&id, "normalize"))), "as it is passed on");
    let letter = of("dead_letter");
    assert_eq!((letter.parent.as_ref(), letter.error.as_deref()), (Some(&id), Some("no turn")));
    assert_eq!(of("replay").parent.as_deref(), Some("dlt_1"));
    assert_eq!(run(world.store.spans(&"0".repeat(32), 100)).unwrap(), []);
}

#[test]
fn a_run_is_told_with_its_steps_and_the_decision_that_it_waited_for() {
    let world = World::new();
    let tenant = world.make.tenant();
    for sql in [
        "INSERT INTO workflow_runs (id, tenant_id, workflow, status, params, request_sha256, actor, traceparent, created_at, \
         updated_at) VALUES ('apr_1', ?1, 'spend_approval', 'running', '{}', '', '', ?2, 5, 5)",
        "INSERT INTO workflow_run_steps SELECT 'apr_1', ?1, 1, 'judge', 'succeeded', 1, 6, 7, NULL WHERE ?2 <> ''",
        "INSERT INTO approvals SELECT 'apr_1', ?1, 'pending', NULL, '{}', '', 1, 0, '[]', 1, 1, 8, 9, 8, 8, NULL WHERE ?2 <> ''",
        "INSERT INTO erasures (id, tenant_id, request_key, scope, selector_sha256, requested_by, reason, requested_at, \
         traceparent, status) VALUES ('era_1', ?1, 'k', 'contact', '', 'ada', 'asked', 9, ?2, 'running')",
        "INSERT INTO redrives (id, request_key, fingerprint, of_tenant, per_second, upto, status, requested_by, requested_at, \
         traceparent, total) VALUES ('rdr_1', 'k', 'f', ?1, 1, 'z', 'running', 'ada', 10, ?2, 1)",
    ] {
        world.execute(sql, vec![tenant.into(), format!("00-{TRACE}-{REQUEST}-01").into()]);
    }
    let found = world.found();
    let told: Vec<_> =
        found.iter().map(|span| (&*span.kind, span.parent.as_deref(), span.parent_span.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("workflow", None, Some(REQUEST)),
            ("step", Some("apr_1"), None),
            ("approval", Some("apr_1"), None),
            ("erasure", None, Some(REQUEST)),
            ("redrive", None, Some(REQUEST)),
        ]
    );
    assert!(found.iter().filter(|span| span.kind != "step").all(|span| span.ended_at.is_none()));
}

#[test]
fn a_span_that_is_brought_again_takes_the_place_of_the_first_and_tenants_do_not_meet() {
    let world = World::new();
    let (ours, theirs) = (world.make.tenant(), world.make.tenant());
    run(world.store.record(ours, vec![span("run_1", 5)])).unwrap();
    let mut later = span("run_1", 9);
    later.span.status = "500".into();
    later.span.failed = true;
    later.span.ended_at = Some(Timestamp::from_unix_ms(12));
    run(world.store.record(ours, vec![later])).unwrap();
    run(world.store.record(theirs, vec![span("run_2", 7)])).unwrap();
    let found = world.found();
    assert_eq!(found.len(), 2, "a caller chooses its trace's id, so two tenants may have one");
    let told: Vec<_> =
        found.iter().map(|span| (span.tenant, &*span.id, span.started_at.unix_ms(), span.failed)).collect();
    assert_eq!(told, [(Some(ours), "run_1", 5, true), (Some(theirs), "run_2", 7, false)]);
}

#[test]
fn spans_are_forgotten_the_oldest_first() {
    let world = World::new();
    let tenant = world.make.tenant();
    for (number, at) in [(1_u64, 10), (2, 20), (3, 30)] {
        let mut one = span(&format!("req_{number}"), at);
        one.span.span_id = format!("{number:016x}");
        run(world.store.record(tenant, vec![one])).unwrap();
    }
    let before = Timestamp::from_unix_ms(25);
    assert_eq!(run(world.store.forget(before, 1)).unwrap(), 1);
    assert_eq!(run(world.store.forget(before, 5)).unwrap(), 1);
    assert_eq!(run(world.store.forget(before, 5)).unwrap(), 0);
    assert_eq!(world.found().iter().map(|span| &*span.id).collect::<Vec<_>>(), ["req_3"]);
}

#[test]
fn every_query_finds_its_rows_by_an_index_and_none_by_more_than_d1_joins() {
    let world = World::new();
    world.failed_event(world.make.tenant());
    world.database.take_statements();
    world.found();
    run(world.store.forget(Timestamp::from_unix_ms(1), 10)).unwrap();
    run(world.store.record(world.make.tenant(), vec![span("req_1", 1)])).unwrap();
    let statements = world.database.take_statements();
    assert_eq!(statements.len(), 13);
    for statement in &statements {
        let plan = world.database.plan(statement);
        let scans = |step: &&String| step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE");
        assert_eq!(plan.iter().find(scans), None, "{}\n{plan:#?}", statement.sql);
        if statement.sql.contains("substr(") && statement.sql.contains("4, 32) = ?1") {
            assert!(plan.iter().any(|step| step.contains("_by_trace")), "{}\n{plan:#?}", statement.sql);
        }
    }
}
