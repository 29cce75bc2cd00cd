//! Traces as operators see them: the real service behind the console, over a store in memory.

use std::rc::Rc;

use admin::console::{Console, Handled};
use admin::gate::Settings;
use admin::tenants::Tenants;
use admin::traces::Traces;
use app::ports::{AuditTrail, SpanSink, StoreError, TraceStore};
use app::traces::TracesService;
use audit::Act;
use auth::access::KeyCache;
use contracts::Timestamp;
use contracts::pipeline::traces::{RecordedSpan, SpanFact, TraceSpan, TracesDispatch};
use ids::TenantId;
use mesh::Transport;
use mesh::loopback::Loopback;
use serde_json::{Value, json};
use test_kit::{FakeClock, MemoryControl, SeededRandom, run};

use crate::dead_letters::Pipeline;
use crate::erasures::Recorder;
use crate::nobody;
use crate::team::{AUDIENCE, NOW, TEAM, Team};
use crate::{Half, ROLES, acts, document, get, trace};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Spans of one trace.
#[derive(Clone, Default)]
struct Kept(Vec<TraceSpan>);

#[async_trait::async_trait(?Send)]
impl SpanSink for Kept {
    async fn record(&self, _: TenantId, _: Vec<RecordedSpan>) -> Result<(), StoreError> {
        Ok(())
    }
}

#[async_trait::async_trait(?Send)]
impl TraceStore for Kept {
    async fn spans(&self, trace_id: &str, _: u32) -> Result<Vec<TraceSpan>, StoreError> {
        Ok(if trace_id == TRACE { self.0.clone() } else { Vec::new() })
    }

    async fn forget(&self, _: Timestamp, _: u32) -> Result<u32, StoreError> {
        Ok(0)
    }
}

fn tenant() -> TenantId {
    TenantId::from_parts(1, [7; 10])
}

fn span(kind: &str, id: &str, parent: Option<&str>, started_ms: u64) -> TraceSpan {
    TraceSpan {
        kind: kind.into(),
        id: id.into(),
        span_id: format!("{started_ms:016x}"),
        service: "pipeline".into(),
        tenant: Some(tenant()),
        parent: parent.map(str::to_owned),
        parent_span: None,
        name: format!("{kind} <{id}>"),
        status: "succeeded".into(),
        failed: false,
        started_at: Timestamp::from_unix_ms(started_ms),
        ended_at: Some(Timestamp::from_unix_ms(started_ms + 10)),
        attempts: 1,
        error: None,
        event_id: None,
        facts: vec![SpanFact::new("tokens_in", 11)],
    }
}

fn ask(kept: &Kept, control: &MemoryControl, path: &str, email: &str) -> Handled {
    let (recorder, pipeline) = (Recorder::default(), Pipeline::default());
    let store: Rc<dyn TraceStore> = Rc::new(kept.clone());
    let loopback = Loopback::new(TracesDispatch(TracesService(store)), || NOW * 1_000);
    let transport: Rc<dyn Transport> = Rc::new(loopback);
    let console = Console {
        settings: &Settings::new(TEAM, AUDIENCE, ROLES),
        cache: &KeyCache::new(),
        keys: &Team::default(),
        mesh: &Half::default(),
        dead_letters: &pipeline.client(),
        redrives: &nobody::redrives(),
        traces: &Traces::over(transport),
        analytics: &nobody::analytics(),
        operations: &nobody::operations(),
        jobs: &nobody::jobs(),
        erasures: &recorder.erasures(),
        retentions: &recorder.retentions(),
        budgets: &recorder.budgets(),
        ai_calls: &recorder.ai_calls(),
        pipeline: &nobody::pipeline(),
        scans: &crate::schedules::Scheduler::default().scans(),
        proposals: control,
        trail: control,
        tenants: Tenants { store: control, clock: &FakeClock::default(), random: &SeededRandom::new(8) },
        clock: &FakeClock::at(Timestamp::from_unix_ms(NOW * 1000)),
    };
    run(console.handle(&get(path, Some(&Team::person(email))), trace()))
}

fn whole() -> Kept {
    let mut failed = span("step", "evt_1/load", Some("evt_1"), 2_000);
    failed.failed = true;
    failed.error = Some("no turn".into());
    Kept(vec![span("event", "evt_1", None, 1_000), failed, span("step", "evt_1/store", Some("evt_1"), 1_500)])
}

#[test]
fn a_trace_is_told_in_order_with_what_operators_did_in_it_and_the_look_is_on_record() {
    let control = MemoryControl::default();
    let act = Act {
        at_ms: 3_000,
        actor: "person:ada@example.com".into(),
        role: "owner".into(),
        tenant: Some(tenant()),
        action: "dead_letter.replay".into(),
        target: Some("dlt_1".into()),
        before: None,
        after: None,
        trace_id: TRACE.into(),
    };
    run(control.append(&act)).unwrap();
    let answered = ask(&whole(), &control, &format!("/admin/api/traces/{TRACE}"), "vera@example.com");
    assert_eq!(answered.answer.status, 200, "{}", answered.answer.body);
    let told: Value = serde_json::from_str(&answered.answer.body).unwrap();
    let of = |member: &str| -> Vec<&Value> {
        told["spans"].as_array().unwrap().iter().map(|span| &span[member]).collect()
    };
    assert_eq!(of("id"), ["evt_1", "evt_1/store", "evt_1/load", "audit/1"]);
    assert_eq!(of("depth"), [0, 1, 1, 0]);
    assert_eq!(of("kind"), ["event", "step", "step", "act"]);
    assert_eq!(
        (&told["failed"], &told["more"], &told["duration_ms"]),
        (&json!(1), &json!(false), &json!(2_000))
    );
    assert_eq!(told["not_kept"].as_array().map(Vec::len), Some(5));
    assert_eq!(told["spans"][0]["facts"], json!([{ "name": "tokens_in", "value": "11" }]));
    let acts = acts(&control);
    let last = acts.last().unwrap();
    assert_eq!(
        (&*last.action, last.tenant, last.target.as_deref()),
        ("trace.read", Some(tenant()), Some(TRACE))
    );
}

#[test]
fn its_page_has_a_bar_and_a_row_for_each_and_says_what_is_not_kept() {
    let control = MemoryControl::default();
    let answered = ask(&whole(), &control, &format!("/admin/traces/{TRACE}"), "vera@example.com");
    assert_eq!(answered.answer.status, 200, "{}", answered.answer.body);
    let page = &answered.answer.body;
    assert_eq!(page.matches(r#"class="fall in"#).count(), 3, "{page}");
    assert_eq!(page.matches(r#"rect class="bad""#).count(), 1, "{page}");
    assert!(page.contains("event &lt;evt_1&gt;") && !page.contains("<evt_1>"), "{page}");
    assert!(page.contains("No turn.") && page.contains("What is not kept"), "{page}");
    assert!(page.contains(r#"href="/admin/events/evt_1""#), "{page}");
}

#[test]
fn what_is_no_trace_or_one_of_nothing_is_not_found_and_no_look() {
    let control = MemoryControl::default();
    for id in ["nothing", "4bf92f3577b34da6a3ce929d0e0e473", "00000000000000000000000000000001"] {
        let answered = ask(&whole(), &control, &format!("/admin/api/traces/{id}"), "vera@example.com");
        assert_eq!(answered.answer.status, 404);
        assert_eq!(document(&answered)["code"], "trace.not_found");
    }
    assert!(acts(&control).is_empty());
}
