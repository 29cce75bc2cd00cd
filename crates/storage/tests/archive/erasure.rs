//! Erasing a contact or a tenant: what goes, what stays, through every crash, and what the certificate says.

use app::pipeline::resume_erasures;
use app::ports::{Archive, ArchivedCall, ArchivedCalls, PassageIndex};
use contracts::Timestamp;
use contracts::pipeline::ai_calls::AiCallSummary;
use contracts::pipeline::erasure::{
    Erasure, ErasureReport, ErasureScope, GetErasure, ListErasures, ReadErasureError, StartErasure,
    StartErasureError,
};
use contracts::pipeline::workflows::RunOrder;
use ids::{AiCallId, EventId, TenantId};
use mesh_sim::{Sim, Simulation};
use serde_json::Value;
use sha2::{Digest, Sha256};
use storage::{EVENT_TABLES, SqlArchivedCalls, TENANT_TABLES};
use test_kit::run;

use crate::people::{People, contact, context, trace};
use crate::reader::read;
use crate::world::DAY_MS;

const BO: &str =
    r#"{"participants": [{"name": "Bo Tamm", "email": "bo@customer.example"}], "text": "hello"}"#;
const BO_ESCAPED: &str = r#"{"from": "Bo\u0040customer.example"}"#;
const OF_BO: &str = r#"{"text": "please ask BO@customer.example."}"#;
const ADA: &str =
    r#"{"participants": [{"name": "Ada", "email": "ada@customer.example"}], "text": "ask Bo Tamm"}"#;
const LEBO: &str = r#"{"from": "lebo@customer.example", "text": "bo@customer.example.org"}"#;

fn ask(scope: ErasureScope) -> StartErasure {
    StartErasure { scope, requested_by: "ines@operator.example".into(), reason: "ticket 7".into() }
}

pub(crate) fn erase(people: &People, sim: &Sim, tenant: TenantId, scope: ErasureScope) -> ErasureReport {
    let service = people.service(sim);
    let started = sim.run(service.start_erasure(&context(tenant), ask(scope))).unwrap();
    assert_eq!(started.status, "running");
    sim.settle();
    let request = GetErasure { erasure_id: started.erasure_id };
    sim.run(service.get_erasure(&context(tenant), request)).unwrap()
}

fn certificate(people: &People, sim: &Sim, tenant: TenantId, report: &ErasureReport) -> Value {
    let request = GetErasure { erasure_id: report.erasure_id };
    let certificate = sim.run(people.service(sim).read_certificate(&context(tenant), request)).unwrap();
    assert_eq!(certificate.sha256, hex::encode(Sha256::digest(&certificate.json)));
    serde_json::from_str(&certificate.json).unwrap()
}

/// Calls of both tenants on two days, exported; those of Bo in our tenant, and all others.
pub(crate) fn calls(people: &People) -> (Vec<EventId>, Vec<EventId>) {
    let [ours, theirs] = people.world.tenants;
    let (mut gone, mut kept) = (Vec::new(), Vec::new());
    for body in [BO, ADA, BO_ESCAPED] {
        let to = if body == ADA { &mut kept } else { &mut gone };
        to.push(people.worked_off(ours, body));
    }
    kept.push(people.worked_off(theirs, BO));
    people.world.clock.advance(DAY_MS);
    gone.push(people.worked_off(ours, OF_BO));
    kept.push(people.worked_off(ours, LEBO));
    run(people.world.export());
    // One more that has no row in the archive yet.
    gone.push(people.worked_off(ours, BO));
    (gone, kept)
}

/// That nothing is left of some events, and everything of the others, in the archive too once it is exported.
fn check(people: &People, gone: &[EventId], kept: &[EventId]) {
    people.world.clock.advance(10 * 60_000);
    run(people.world.export());
    for event_id in gone {
        assert_eq!(people.traces_of(*event_id), [].into(), "{event_id} is gone");
        people.world.accepted.borrow_mut().remove(event_id);
    }
    for event_id in kept {
        let all = ["events", "outbox", "event_steps", "signals", "index", "messages", "feeds", "archive"];
        assert_eq!(people.traces_of(*event_id), all.into(), "{event_id} stays");
    }
    assert_eq!(read(&people.world.objects).events, *people.world.accepted.borrow());
    let raw = people.world.objects.keys().into_iter().filter(|key| key.contains("/raw/")).count();
    assert_eq!(raw, kept.len(), "raw bytes");
}

#[test]
fn a_contact_leaves_every_store_and_nobody_else_does() {
    let people = People::new();
    let ours = people.world.tenants[0];
    let (gone, kept) = calls(&people);
    let theirs = people.world.tenants[1];
    people.answers.0.borrow_mut().extend([(ours, 501), (theirs, 7)]);
    let sim = Sim::calm();
    let report = erase(&people, &sim, ours, contact(Some("Bo@Customer.Example"), None, None));
    assert_eq!((report.status.as_str(), report.error.as_deref()), ("done", None));
    check(&people, &gone, &kept);

    let said = certificate(&people, &sim, ours, &report);
    let mut ids: Vec<String> = gone.iter().map(|id| format!("{id}\n")).collect();
    ids.sort();
    assert_eq!(said["events"]["count"], 4);
    assert_eq!(said["events"]["ids_sha256"], hex::encode(Sha256::digest(ids.concat())));
    let asked = "email=bo@customer.example\nname=\naccount=";
    assert_eq!(said["selector_sha256"], hex::encode(Sha256::digest(asked)));
    let rows = serde_json::json!({"events": 4, "outbox": 4, "event_steps": 8, "signals": 4});
    assert_eq!(said["removed"]["rows"], rows);
    assert_eq!((&said["removed"]["passages"], &said["removed"]["messages"]), (&4.into(), &4.into()));
    assert_eq!(said["removed"]["live_entries"], 4);
    // A model's answer may be about anybody: all of them go, and those of others stay.
    assert_eq!(said["removed"]["kept_answers"], 501);
    assert_eq!(*people.answers.0.borrow(), [(ours, 0), (theirs, 7)].into());
    assert_eq!(said["removed"]["raw_objects"], 4);
    assert_eq!(said["removed"]["archive_rows"], 3);
    assert_eq!(said["requested_by"], "ines@operator.example");
    assert_eq!(said["verified_empty"]["archive"], true);
    assert!(people.instances.0.borrow().is_empty(), "the tenant's runs go on");
    assert!(
        !said.to_string().to_lowercase().contains("bo@"),
        "the certificate says nothing of whom it is about"
    );
}

#[test]
fn archived_calls_about_a_contact_go_and_all_others_stay() {
    let people = People::new();
    let [ours, theirs] = people.world.tenants;
    let sim = Sim::calm();
    // Without the simulation: looks from outside.
    let calls = SqlArchivedCalls::new(people.world.database.clone());
    let keep = |tenant: TenantId, number: u8, request: &str, response: &str| {
        let call_id = AiCallId::from_parts(u64::from(number), [number; 10]);
        let object_key = format!("{tenant}/ai-calls/{call_id}.json");
        let at = Timestamp::from_unix_ms(1);
        let summary = AiCallSummary {
            call_id,
            request_id: None,
            trace_id: "t".into(),
            at: Timestamp::from_unix_ms(u64::from(number)),
            expires_at: at,
            model: "m".into(),
            upstream: "u".into(),
            outcome: "finished".into(),
            cache: "off".into(),
        };
        run(calls.note(tenant, &ArchivedCall { summary, object_key: object_key.clone() })).unwrap();
        let said = |text: &str| serde_json::json!({"text": text, "bytes": text.len(), "cut": false});
        let record = serde_json::json!({"request": said(request), "response": said(response)});
        run(people.world.objects.put(&object_key, "application/json", record.to_string().into_bytes()))
            .unwrap();
    };
    keep(ours, 1, BO, "{}");
    keep(ours, 2, ADA, "{}");
    keep(ours, 3, "{}", OF_BO);
    keep(ours, 4, LEBO, "{}");
    keep(theirs, 5, BO, "{}");
    let report = erase(&people, &sim, ours, contact(Some("bo@customer.example"), None, None));
    assert_eq!((report.status.as_str(), report.error.as_deref()), ("done", None));
    assert_eq!(certificate(&people, &sim, ours, &report)["removed"]["archived_calls"], 2);
    let left = |tenant: TenantId| {
        let left = run(calls.behind(tenant, None)).unwrap();
        left.iter().map(|call| call.summary.at.unix_ms()).collect::<Vec<_>>()
    };
    assert_eq!((left(ours), left(theirs)), (vec![2, 4], vec![5]));
    assert_eq!(people.world.objects.keys().len(), 3);
}

#[test]
fn a_name_counts_where_it_is_all_of_a_text_and_in_its_company() {
    for (name, account, expect) in [
        ("bo  tamm", None, true),
        ("Bo Tamm", Some("ACME"), true),
        ("Bo Tamm", Some("Other"), false),
        ("Bo", None, false),
    ] {
        let people = People::new();
        let ours = people.world.tenants[0];
        let bo = people.worked_off(ours, BO);
        let ada = people.worked_off(ours, ADA);
        let sim = Sim::calm();
        let report = erase(&people, &sim, ours, contact(None, Some(name), account));
        assert_eq!(report.status, "done");
        let (gone, kept) = if expect { (vec![bo], vec![ada]) } else { (vec![], vec![bo, ada]) };
        check(&people, &gone, &kept);
    }
}

#[test]
fn a_tenant_leaves_nothing_but_its_certificate() {
    let people = People::new();
    let [ours, theirs] = people.world.tenants;
    let (gone, kept) = calls(&people);
    let all: Vec<EventId> = gone
        .into_iter()
        .chain(kept.iter().copied().filter(|id| people.world.accepted.borrow()[id].0 == ours))
        .collect();
    let kept: Vec<EventId> = kept.into_iter().filter(|id| !all.contains(id)).collect();
    people.world.tenants.iter().for_each(|tenant| people.rows_without_event(*tenant));
    // Bytes that were never acknowledged go, too.
    run(people.world.objects.put(&format!("{ours}/raw/2020/01/01/x"), "text/plain", b"x".to_vec())).unwrap();
    let sim = Sim::calm();
    let report = erase(&people, &sim, ours, ErasureScope::Tenant);
    assert_eq!((report.status.as_str(), report.error.as_deref()), ("done", None));
    check(&people, &all, &kept);
    assert!(people.world.objects.keys().iter().all(|key| !key.contains(&ours.to_string())));
    assert!(people.index.passages(ours).is_empty() && !people.index.passages(theirs).is_empty());
    let ended = people.instances.0.borrow().clone();
    assert_eq!(ended, [(format!("run {ours}"), RunOrder::Terminate)], "its runs ended, and nobody else's");
    let said = certificate(&people, &sim, ours, &report);
    assert_eq!((&said["scope"], &said["events"]["count"]), (&"tenant".into(), &6.into()));
    for table in
        EVENT_TABLES.iter().map(|table| table.name).chain(TENANT_TABLES.iter().map(|table| table.name))
    {
        assert_eq!(people.count(table, ours), 0, "`{table}`");
        assert!(
            people.count(table, theirs) > 0,
            "`{table}` keeps another tenant's, and this test has a row of it"
        );
        assert!(said["removed"]["rows"][table].as_u64() > Some(0), "`{table}`: {said}");
    }
}

/// An erasure in a simulation ends with everything gone that shall go, and counted once.
fn scenario(sim: &Sim) {
    let people = People::new();
    let ours = people.world.tenants[0];
    let (kept, mut gone) = (vec![people.worked_off(ours, ADA)], vec![people.worked_off(ours, BO)]);
    run(people.world.export());
    gone.push(people.worked_off(ours, OF_BO));
    let report = erase(&people, sim, ours, contact(Some("bo@customer.example"), None, None));
    assert_eq!((report.status.as_str(), report.error.as_deref()), ("done", None));
    // Leases that a dead run left have run out by then.
    check(&people, &gone, &kept);
    let said = certificate(&people, sim, ours, &report);
    assert_eq!(said["removed"]["rows"]["signals"], 2, "counted once, however often it was tried");
    assert_eq!(said["events"]["count"], 2);
}

#[test]
fn an_erasure_survives_a_crash_before_and_after_every_durable_write() {
    let tried = Simulation::every_crash(scenario);
    assert!(tried.runs > 300, "only {} runs", tried.runs);
}

#[test]
fn an_erasure_survives_failing_stores_and_lost_answers() {
    Simulation::seeds(0..120).run(scenario);
}

#[test]
fn what_is_at_work_is_waited_for() {
    let people = People::new();
    let ours = people.world.tenants[0];
    let event_id = people.worked_off(ours, BO);
    people.sql("UPDATE events SET status = 'processing' WHERE id = ?1", event_id);
    let sim = Sim::calm();
    let service = people.service(&sim);
    let scope = contact(Some("bo@customer.example"), None, None);
    let started = sim.run(service.start_erasure(&context(ours), ask(scope))).unwrap();
    sim.run_for(std::time::Duration::from_secs(60));
    assert!(people.traces_of(event_id).contains("events"), "its workflow is still at work");
    people.sql("UPDATE events SET status = 'processed' WHERE id = ?1", event_id);
    sim.settle();
    let request = GetErasure { erasure_id: started.erasure_id };
    assert_eq!(sim.run(service.get_erasure(&context(ours), request)).unwrap().status, "done");
    assert_eq!(people.traces_of(event_id), [].into());
}

#[test]
fn asking_again_gives_the_first_and_a_lost_start_is_made_good() {
    let people = People::new();
    let [ours, theirs] = people.world.tenants;
    people.worked_off(ours, BO);
    let sim = Sim::calm();
    let service = people.service(&sim);
    let scope = || contact(Some("bo@customer.example"), None, None);
    let call = context(ours).with_idempotency_key("once");
    let first = sim.run(service.start_erasure(&call, ask(scope()))).unwrap();
    let again = sim.run(service.start_erasure(&call, ask(scope()))).unwrap();
    assert_eq!(again.erasure_id, first.erasure_id);
    let other = sim.run(service.start_erasure(&call, ask(ErasureScope::Tenant))).unwrap_err();
    assert_eq!(other, StartErasureError::KeyReused);

    // As a cron would, for an erasure whose workflow was never started: another engine knows nothing of it.
    let (later, service_later);
    later = Sim::calm();
    service_later = people.service(&later);
    later.run(resume_erasures(&service_later.0)).unwrap();
    later.settle();
    let request = GetErasure { erasure_id: first.erasure_id };
    assert_eq!(later.run(service_later.get_erasure(&context(ours), request)).unwrap().status, "done");
    let foreign = later.run(service_later.get_erasure(&context(theirs), request)).unwrap_err();
    assert_eq!(foreign, ReadErasureError::NotFound, "another tenant's erasure is not there");
    let listed =
        later.run(service_later.list_erasures(&context(ours), ListErasures { before: None, limit: 1 }));
    assert_eq!(listed.unwrap().items[0].erasure_id, first.erasure_id);
}

#[test]
fn what_cannot_be_asked_for_is_refused_and_says_why() {
    let people = People::new();
    let ours = people.world.tenants[0];
    let sim = Sim::calm();
    let service = people.service(&sim);
    for (request, expect) in [
        (ask(contact(None, None, Some("Acme"))), "needs an `email` or a `name`"),
        (ask(contact(Some("bo"), None, None)), "`email` is no e-mail address"),
        (StartErasure { reason: " ".into(), ..ask(ErasureScope::Tenant) }, "`reason` must have"),
        (
            StartErasure { requested_by: "x".repeat(501), ..ask(ErasureScope::Tenant) },
            "`requested_by` must have",
        ),
    ] {
        let error = sim.run(service.start_erasure(&context(ours), request)).unwrap_err();
        assert!(
            matches!(&error, StartErasureError::Invalid { .. }) && error.to_string().contains(expect),
            "{error}"
        );
    }
    let started = sim.run(service.start_erasure(&context(ours), ask(ErasureScope::Tenant))).unwrap();
    let request = GetErasure { erasure_id: started.erasure_id };
    let early = sim.run(service.read_certificate(&context(ours), request)).unwrap_err();
    assert_eq!(early, ReadErasureError::NotDone { status: "running".into() });
    assert_eq!(run(people.index.forget(ours, trace(), None, 0)).unwrap().left, 0);
}
