//! Reports on accounts: what is in them, and that they come to an end whatever breaks.

use contracts::Timestamp;
use contracts::pipeline::workflows::{
    GetReport, GetRun, ReadReport, Report, ReportError, ReportForm, RequestReport, WorkflowError,
};
use ids::{ReportId, TenantId};
use mesh::CallError;
use mesh_sim::{Sim, Simulation};

use crate::reporting::Printing;
use crate::world::{World, answered};

fn asked(account: &str) -> RequestReport {
    RequestReport { account: account.into(), from: None, until: None }
}

pub(crate) fn ask(world: &World<'_>, key: &str) -> ReportId {
    let ask = || {
        let call = world.call().with_idempotency_key(key);
        world.sim.run(world.client.request_report(&call, asked("Northwind")))
    };
    let started = answered(ask, |error| matches!(error, WorkflowError::Unavailable { .. })).unwrap();
    started.run_id.parse().unwrap()
}

fn report(world: &World<'_>, report_id: ReportId) -> Report {
    let ask = || world.sim.run(world.client.get_report(&world.call(), GetReport { report_id }));
    answered(ask, |error| matches!(error, ReportError::Unavailable { .. })).unwrap()
}

fn document(world: &World<'_>, report_id: ReportId, form: ReportForm) -> Result<Vec<u8>, ReportError> {
    let ask = || world.sim.run(world.client.read_report(&world.call(), ReadReport { report_id, form }));
    answered(ask, |error| matches!(error, ReportError::Unavailable { .. })).map(|document| document.body.0)
}

#[test]
fn a_report_has_a_page_and_a_pdf_and_tells_its_steps() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let id = ask(&world, "a");
    sim.settle();
    let made = report(&world, id);
    assert_eq!((made.status.as_str(), made.html, made.pdf), ("completed", true, true));
    assert_eq!(made.until.unix_ms() - made.from.unix_ms(), 90 * 86_400_000);
    let page = String::from_utf8(document(&world, id, ReportForm::Html).unwrap()).unwrap();
    assert!(page.contains("<h1>Northwind</h1>") && page.contains("forty thousand") && page.contains("<svg"));
    assert!(page.contains('…') && !page.contains(&"forty thousand ".repeat(41)), "a long quote is cut");
    assert!(document(&world, id, ReportForm::Pdf).unwrap().starts_with(b"%PDF"));
    let run = GetRun { workflow: "account_report".into(), run_id: id.to_string() };
    let run = sim.run(world.client.get_run(&world.call(), run)).unwrap();
    let steps: Vec<_> = run.steps.iter().map(|step| (step.name.as_str(), step.status.as_str())).collect();
    let expect = ["gather", "chart", "html", "pdf"].map(|name| (name, "succeeded"));
    assert_eq!(steps, expect);
    let key = format!("{}/reports/{id}/report.pdf", world.tenant);
    assert!(world.documents.look(|documents| documents.keys().contains(&key)), "it lies under its tenant");
}

#[test]
fn what_is_not_made_yet_cannot_be_read() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    world.printing.set(Printing::AlwaysBusy);
    let id = ask(&world, "a");
    // The browser is asked again and again, for half a minute.
    sim.run_for(std::time::Duration::from_secs(1));
    let refused = document(&world, id, ReportForm::Html).map(drop);
    assert_eq!(refused, Err(ReportError::NotMade { status: "running".into() }));
    let stands = report(&world, id);
    assert_eq!((stands.html, stands.pdf), (false, false));
}

#[test]
fn without_a_browser_the_page_is_there_and_says_why_there_is_no_pdf() {
    for (printing, reason) in [
        (Printing::Missing, Some("no browser is installed")),
        (Printing::AlwaysBusy, Some("429")),
        (Printing::Refusing, Some("the page is too large")),
        (Printing::BusyFor(3), None),
    ] {
        let sim = Sim::calm();
        let world = World::new(&sim);
        world.printing.set(printing);
        let id = ask(&world, "a");
        sim.settle();
        let made = report(&world, id);
        assert_eq!(
            (made.status.as_str(), made.html, made.pdf),
            ("completed", true, reason.is_none()),
            "{printing:?}"
        );
        assert_eq!(made.pdf_reason.as_deref(), reason, "{printing:?}");
        let pdf = document(&world, id, ReportForm::Pdf).map(drop);
        let expect = reason.map_or(Ok(()), |reason| Err(ReportError::NoPdf { reason: reason.into() }));
        assert_eq!(pdf, expect, "{printing:?}");
    }
}

#[test]
fn a_period_that_cannot_be_is_refused_with_its_place() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let day = |n: u64| Some(Timestamp::from_unix_ms(n * 86_400_000));
    for (request, pointer) in [
        (RequestReport { account: "  ".into(), ..asked("") }, "/account"),
        (RequestReport { from: day(20_000), until: day(20_000), ..asked("A") }, "/from"),
        (RequestReport { from: day(20_001), until: day(20_000), ..asked("A") }, "/from"),
        (RequestReport { from: day(19_000), until: day(20_000), ..asked("A") }, "/from"),
    ] {
        let refused = sim.run(world.client.request_report(&world.call(), request.clone()));
        let Err(CallError::Refused(WorkflowError::Invalid { faults })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(faults[0].pointer, pointer, "{request:?}");
    }
    let good = RequestReport { from: day(19_268), until: day(20_000), ..asked("A") };
    assert!(sim.run(world.client.request_report(&world.call(), good)).is_ok());
}

#[test]
fn a_report_is_its_tenants_alone() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let id = ask(&world, "a");
    sim.settle();
    let stranger = world.call_of(TenantId::from_parts(2, [2; 10]));
    let get = sim.run(world.client.get_report(&stranger, GetReport { report_id: id }));
    assert!(matches!(get, Err(CallError::Refused(ReportError::NotFound))));
    let read = ReadReport { report_id: id, form: ReportForm::Html };
    let read = sim.run(world.client.read_report(&stranger, read));
    assert!(matches!(read, Err(CallError::Refused(ReportError::NotFound))));
}

/// Three reports, two of one request.
fn requests(sim: &Sim) {
    let world = World::new(sim);
    world.printing.set(Printing::BusyFor(2));
    let ids = ["a", "b", "a"].map(|key| ask(&world, key));
    assert_eq!(ids[0], ids[2]);
    for _ in 0..6 {
        sim.run_for(std::time::Duration::from_secs(600));
        world.sweep();
    }
    sim.settle();
    for id in &ids[..2] {
        let made = report(&world, *id);
        assert_eq!((made.status.as_str(), made.html), ("completed", true), "{:?}", made.error);
        let page = document(&world, *id, ReportForm::Html).unwrap();
        assert!(String::from_utf8(page).unwrap().contains("Northwind"));
        assert_eq!(made.pdf, document(&world, *id, ReportForm::Pdf).is_ok());
    }
    let documents = world.documents.look(|documents| documents.keys().len());
    assert!(documents <= 4, "{documents} documents of two reports");
}

#[test]
fn reports_are_made_once_under_hundreds_of_seeds() {
    Simulation::seeds(0..300).run(requests);
}

#[test]
fn reports_are_made_wherever_a_process_stops() {
    let tried = Simulation::every_crash(requests);
    assert!(tried.runs > 50, "{tried:?}");
}
