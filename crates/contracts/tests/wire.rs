//! Messages as they travel, kept as JSON: a change of one is a change of the contract, seen in review.
//!
//! Each golden is read back by today's code, so an old peer's message goes on being understood. After a deliberate,
//! additive change: `WRITE_GOLDENS=1 cargo test -p contracts --test wire`.

use std::fmt::Debug;
use std::path::Path;

use contracts::health::{ContractInfo, Dependency, Gauge, HealthReport};
use contracts::pipeline::tenant_index::{Passage, UpsertPassages};
use contracts::pipeline::{
    EventSummary, Evidence, HitKind, IngestEvent, IngestEventError, IngestReceipt, Search, SearchFilter,
    Signal, StepReport,
};
use contracts::scheduler::{
    Calendar, ClockChange, CreateJob, GapRule, JobError, JobRun, Policy, RetryPolicy, RunOutcome, RunTrigger,
    Schedule, Task, Try,
};
use contracts::{Actor, TenantScope, Timestamp};
use ids::{EndpointId, EventId, KeyId, RunId, SignalId, TenantId};
use serde::{Serialize, de::DeserializeOwned};

/// Compares a message with its golden, in both directions and through MessagePack.
fn golden<T: Serialize + DeserializeOwned + Debug>(name: &str, message: &T) {
    let bytes = rmp_serde::to_vec_named(message).expect("the message encodes");
    let decoded: T = rmp_serde::from_slice(&bytes).expect("the message decodes");
    assert_eq!(format!("{decoded:?}"), format!("{message:?}"), "{name} survives the wire");

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire").join(format!("{name}.json"));
    let mut text = serde_json::to_string_pretty(message).expect("the message is JSON");
    text.push('\n');
    if std::env::var_os("WRITE_GOLDENS").is_some() {
        std::fs::write(&path, &text).expect("the golden can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, text, "`{name}` has changed on the wire");
    let old: T = serde_json::from_str(&kept).expect("the golden is still understood");
    assert_eq!(format!("{old:?}"), format!("{message:?}"), "{name} reads back from its golden");
}

fn at(ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

const EVENT_MS: u64 = 1_795_330_800_000;

fn event_id() -> EventId {
    EventId::from_parts(EVENT_MS, [1; 10])
}

#[test]
fn scopes_and_actors() {
    let tenant = TenantId::from_parts(EVENT_MS, [2; 10]);
    for (name, actor) in [
        ("scope_key", Actor::Key(KeyId::from_parts(EVENT_MS, [3; 10]))),
        ("scope_endpoint", Actor::Endpoint(EndpointId::from_parts(EVENT_MS, [4; 10]))),
        ("scope_service", Actor::Service("pipeline".into())),
    ] {
        golden(name, &TenantScope { tenant, actor });
    }
}

#[test]
fn events() {
    golden(
        "ingest_event",
        &IngestEvent {
            source: "standard".into(),
            kind: "call.completed".into(),
            subject: Some("acme".into()),
            occurred_at: Some(at(EVENT_MS)),
            endpoint_id: Some(EndpointId::from_parts(EVENT_MS, [4; 10])),
            delivery_id: Some("msg_1".into()),
            media_type: "application/json".into(),
            body: b"{}".to_vec().into(),
        },
    );
    golden("ingest_receipt", &IngestReceipt { event_id: event_id(), duplicate: true });
    golden("ingest_error_not_json", &IngestEventError::NotJson { detail: "at 1:2".into() });
    golden("ingest_error_key_reused", &IngestEventError::KeyReused);
    golden(
        "event_summary",
        &EventSummary {
            event_id: event_id(),
            source: "zoom".into(),
            kind: "recording.transcript_completed".into(),
            subject: None,
            status: "skipped".into(),
            reason: Some("no transcript".into()),
            title: None,
            account: None,
            signals_count: 0,
            size_bytes: 2,
            trace_id: "0af7651916cd43dd8448eb211c80319c".into(),
            occurred_at: None,
            received_at: at(EVENT_MS),
            updated_at: at(EVENT_MS + 1),
        },
    );
    golden(
        "step_report",
        &StepReport {
            name: "extract".into(),
            status: "failed".into(),
            attempts: 6,
            started_at: at(EVENT_MS),
            ended_at: Some(at(EVENT_MS + 5)),
            error: Some("the index is unavailable".into()),
        },
    );
}

#[test]
fn signals_and_search() {
    golden(
        "signal",
        &Signal {
            signal_id: SignalId::from_parts(EVENT_MS, [5; 10]),
            kind: "budget".into(),
            account: Some("Norrsken".into()),
            score: 0.5,
            evidence: Evidence {
                quote: "We have a budget.".into(),
                start: 3,
                end: 20,
                turn: 1,
                speaker: "Bo".into(),
                at_ms: Some(4_100),
            },
            event_id: event_id(),
            created_at: at(EVENT_MS),
        },
    );
    let filter = SearchFilter {
        account: Some("Norrsken".into()),
        since: Some(at(EVENT_MS)),
        ..SearchFilter::default()
    };
    golden("search", &Search { query: "money".into(), limit: 10, kind: Some(HitKind::Passage), filter });
    golden(
        "upsert_passages",
        &UpsertPassages {
            event_id: event_id(),
            passages: vec![Passage {
                id: "chk_1".into(),
                kind: HitKind::Signal,
                text: "text".into(),
                account: None,
                vector: vec![0, 0, 128, 63].into(),
                start: 17,
            }],
            source: Some("zoom".into()),
            title: Some("Weekly".into()),
            occurred_at: Some(at(EVENT_MS)),
        },
    );
}

#[test]
fn jobs() {
    let task = || Task::Event { source: "generic".into(), kind: "tick".into(), payload: "{\"n\": 1}".into() };
    for (name, schedule) in [
        ("create_job_every", Schedule::Every { interval_ms: 5_000, anchor: None }),
        ("create_job_at", Schedule::At { at: at(EVENT_MS) }),
        (
            "create_job_cron",
            Schedule::Cron {
                pattern: "30 2 * * MON-FRI".into(),
                timezone: "Europe/Berlin".into(),
                gap: Some(GapRule::NextValid),
                fold: None,
            },
        ),
    ] {
        golden(
            name,
            &CreateJob {
                name: "nightly".into(),
                schedule,
                calendar: Calendar::default(),
                task: task(),
                retry: RetryPolicy::default(),
                policy: Policy::default(),
            },
        );
    }
    golden(
        "job_run",
        &JobRun {
            run_id: RunId::from_parts(EVENT_MS, [6; 10]),
            trigger: RunTrigger::Caller,
            scheduled_for: at(EVENT_MS),
            count: 1,
            first_scheduled_for: None,
            clock_change: Some(ClockChange::FirstOfTwo),
            started_at: Some(at(EVENT_MS + 2)),
            ended_at: None,
            outcome: RunOutcome::Running,
            attempts: 1,
            error: None,
            tries: vec![Try { started_at: at(EVENT_MS + 2), ended_at: None, error: None }],
            event_id: Some(event_id()),
            done: None,
            ping: None,
            trace_id: "0af7651916cd43dd8448eb211c80319c".into(),
        },
    );
    golden(
        "job_error_invalid",
        &JobError::Invalid { pointer: "/schedule/every".into(), detail: "too short".into() },
    );
}

#[test]
fn health() {
    golden(
        "health_report",
        &HealthReport {
            service: "pipeline".into(),
            version: "0.1.0".into(),
            deployment: None,
            contracts: vec![ContractInfo { name: "Intake".into(), fingerprint: "0123456789abcdef".into() }],
            dependencies: vec![Dependency { name: "DATA_DB".into(), error: None }],
            gauges: vec![Gauge { name: "outbox".into(), value: 3.0 }],
        },
    );
}
