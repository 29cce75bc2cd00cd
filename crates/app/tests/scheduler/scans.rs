//! The scan: a sound schedule has nothing to report, each violation that is planted is found, and nothing is changed.

use app::ports::{JobState, RunProgress, RunRecord, RunSpan, Trigger};
use contracts::Timestamp;
use contracts::scheduler::{JobStatus, ListSchedules, RunOutcome, ScanReport, ScanSchedules, ViolationKind};
use ids::{JobId, RunId};
use mesh::TraceContext;
use test_kit::run;

use crate::world::{HOUR, MINUTE, START, World, every, first_of, once_at};

fn at(minute: u64) -> Timestamp {
    Timestamp::from_unix_ms(START + minute * MINUTE)
}

/// Scans one tenant, in one call.
pub(crate) fn scan(world: &World) -> ScanReport {
    let request = ScanSchedules { tenant: Some(world.tenant), from: None, limit: 200 };
    run(world.scans().scan_schedules(&world.operator(), request)).unwrap()
}

fn kinds(report: &ScanReport) -> Vec<ViolationKind> {
    report.violations.iter().map(|found| found.violation.kind).collect()
}

/// A record of the schedule for some minutes in a row.
fn record(job_id: JobId, first: u64, last: u64, outcome: RunOutcome, due_at: Option<Timestamp>) -> RunRecord {
    RunRecord {
        run_id: RunId::from_parts(START, [(first % 250) as u8, last as u8, 1, 1, 1, 1, 1, 1, 1, 1]),
        job_id,
        trigger: Trigger::Schedule,
        scheduled_for: at(last),
        span: (first < last).then(|| RunSpan { count: last - first + 1, first: at(first) }),
        clock_change: None,
        trace: TraceContext::from_random([7; 24]),
        task: None,
        progress: RunProgress {
            outcome,
            attempts: 1,
            tries: Vec::new(),
            due_at,
            started_at: None,
            ended_at: None,
            error: None,
            event_id: None,
            done: None,
            ping: None,
        },
    }
}

/// A job of every minute that is an hour old, with these records and nothing to come before the next minute.
fn planted(records: &[(u64, u64)]) -> (World, JobId) {
    let world = World::new();
    let job_id = world.create(every(MINUTE)).unwrap().job_id;
    world.be_down(HOUR);
    let state =
        JobState { status: JobStatus::Active, cursor: Some(at(61)), wake_at: Some(at(61)), resumed_at: None };
    let records: Vec<_> = records
        .iter()
        .map(|(first, last)| record(job_id, *first, *last, RunOutcome::Succeeded, None))
        .collect();
    world.store().advance_job(job_id, state, &records, None).unwrap();
    world.set_alarm(Some(at(61)));
    (world, job_id)
}

#[test]
fn a_schedule_that_did_its_work_has_nothing_to_report() {
    let world = World::new();
    for request in [every(MINUTE), every(7 * MINUTE), once_at(START + HOUR)] {
        world.create(request).unwrap();
    }
    world.pass(10 * HOUR);
    world.be_down(HOUR);
    world.ring();
    world.pass(HOUR);
    let report = scan(&world);
    assert_eq!((report.tenants, report.jobs, report.violations.as_slice()), (1, 3, &[][..]));
    assert!(report.records > 280, "{}", report.records);
    assert_eq!(report.next, None);
}

#[test]
fn what_is_planted_in_a_ledger_is_found() {
    use ViolationKind::{Gap, Overlap, Unnamed};
    for (records, expect) in [
        (&[(1, 30), (31, 60)][..], &[][..]),
        (&[(1, 30), (32, 60)], &[Gap]),
        (&[(1, 30), (31, 59)], &[Gap]),
        (&[(1, 30), (30, 60)], &[Overlap]),
        (&[(1, 30), (31, 62)], &[Overlap]),
    ] {
        let (world, job_id) = planted(records);
        let report = scan(&world);
        assert_eq!(kinds(&report), expect, "{report:?}");
        let jobs = report.violations.iter().map(|found| (found.tenant, found.violation.job_id));
        assert!(jobs.into_iter().all(|found| found == (world.tenant, Some(job_id))));
    }
    let (world, job_id) = planted(&[(1, 60)]);
    let mut off = record(job_id, 30, 60, RunOutcome::Missed, None);
    off.scheduled_for = Timestamp::from_unix_ms(START + 7);
    off.span = None;
    let state = world.store().job(job_id).unwrap().unwrap().state;
    world.store().advance_job(job_id, state, &[off], None).unwrap();
    assert!(kinds(&scan(&world)).contains(&Unnamed));
}

#[test]
fn what_lies_about_is_found() {
    use ViolationKind::{Alarm, Overdue, StuckLease};
    type Plant = fn(&World, JobId);
    let cases: [(Plant, &[ViolationKind]); 6] = [
        (|world, _| world.set_alarm(None), &[Alarm]),
        (|world, _| world.set_alarm(Some(at(300))), &[Alarm]),
        (|world, _| world.be_down(HOUR), &[Alarm, Overdue]),
        (|world, job_id| plant(world, job_id, RunOutcome::Running, Some(at(20))), &[StuckLease]),
        (|world, job_id| plant(world, job_id, RunOutcome::Pending, Some(at(20))), &[Overdue]),
        (|world, job_id| plant(world, job_id, RunOutcome::Waiting, None), &[StuckLease]),
    ];
    for (plant, expect) in cases {
        let (world, job_id) = planted(&[(1, 59)]);
        let state = world.store().job(job_id).unwrap().unwrap().state;
        let last = record(job_id, 60, 60, RunOutcome::Succeeded, None);
        world.store().advance_job(job_id, state, &[last], None).unwrap();
        assert_eq!(kinds(&scan(&world)), []);
        plant(&world, job_id);
        let before = (world.alarm(), world.store().runs(job_id, None, 200));
        let found = kinds(&scan(&world));
        assert!(expect.iter().all(|kind| found.contains(kind)), "{expect:?}: {found:?}");
        assert_eq!((world.alarm(), world.store().runs(job_id, None, 200)), before, "a scan changes nothing");
    }
}

/// Changes the last record to one that something is still to happen to; one that waits is put beside it.
fn plant(world: &World, job_id: JobId, outcome: RunOutcome, due_at: Option<Timestamp>) {
    let store = world.store();
    let last = record(job_id, 60, 60, outcome, due_at);
    if outcome == RunOutcome::Waiting {
        let state = store.job(job_id).unwrap().unwrap().state;
        let run_id = RunId::from_parts(START, [255; 10]);
        let waiting = RunRecord { run_id, trigger: Trigger::Caller, ..last };
        store.advance_job(job_id, state, &[waiting], None).unwrap();
    } else {
        assert!(store.set_progress(last.run_id, &last.progress, at(60)).unwrap());
    }
}

#[test]
fn all_tenants_are_looked_through_page_by_page_and_a_silent_one_is_named() {
    let world = World::new();
    let tenants: Vec<_> = (0..5).map(|_| world.another_tenant()).collect();
    for tenant in &tenants {
        for _ in 0..3 {
            run(world.jobs.create_job(&world.context_of(*tenant), every(HOUR))).unwrap();
        }
    }
    let stranger = world.another_tenant();
    run(app::ports::ScheduleRegistry::enter(&world.registry, first_of(stranger), at(0), at(0))).unwrap();
    world.claim_for(stranger, tenants[0]);

    let (mut from, mut jobs, mut calls, mut silent) = (None, 0, 0, Vec::new());
    loop {
        let request = ScanSchedules { tenant: None, from, limit: 2 };
        let report = run(world.scans().scan_schedules(&world.operator(), request)).unwrap();
        assert!(report.jobs <= 2 + 1, "{report:?}");
        jobs += report.jobs;
        calls += 1;
        silent.extend(report.violations);
        from = report.next;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(jobs, 15);
    assert!(calls >= 8, "{calls}");
    assert_eq!(silent.len(), 1, "{silent:?}");
    assert_eq!((silent[0].tenant, silent[0].violation.kind), (stranger, ViolationKind::Silent));

    let mut listed = Vec::new();
    let mut after = None;
    loop {
        let request = ListSchedules { after, limit: 4 };
        let page = run(world.scans().list_schedules(&world.operator(), request)).unwrap();
        listed.extend(page.items.into_iter().map(|entry| entry.tenant));
        after = page.next_after;
        if after.is_none() {
            break;
        }
    }
    let mut expect: Vec<_> = tenants.into_iter().chain([stranger]).collect();
    expect.sort();
    assert_eq!(listed, expect);
}
