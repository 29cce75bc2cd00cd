//! Filling in a past range: each time without a run gets one, one that ran never runs again, and every time of the range
//! has exactly one record afterwards.

use std::collections::BTreeMap;

use contracts::Timestamp;
use contracts::scheduler::{
    BackfillJob, BackfillStatus, Calendar, ChangeJob, CreateJob, GetJobBackfill, JobBackfill, JobError,
    ListJobBackfills, Misfire, Overlap, Policy, PolicyChange, RunOutcome, RunTrigger, Schedule, Timing,
};
use ids::JobId;
use mesh::CallError;
use test_kit::run;
use test_kit::schedule::Mishap;

use crate::world::{HOUR, MINUTE, SECOND, START, World, every};

fn asked(job_id: JobId, from_s: i64, until_s: i64) -> BackfillJob {
    let at = |seconds: i64| Timestamp::from_unix_ms(START.saturating_add_signed(seconds * 1_000));
    BackfillJob { job_id, from: at(from_s), until: at(until_s) }
}

fn ask(world: &World, request: BackfillJob) -> Result<JobBackfill, JobError> {
    match run(world.jobs.backfill_job(&world.context(), request)) {
        Ok(backfill) => Ok(backfill),
        Err(CallError::Refused(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

fn now_s(world: &World) -> i64 {
    ((world.clock_now().unix_ms() - START) / SECOND) as i64
}

fn stands(world: &World, backfill: &JobBackfill) -> JobBackfill {
    let request = GetJobBackfill { job_id: backfill.job_id, backfill_id: backfill.backfill_id };
    run(world.jobs.get_backfill(&world.context(), request)).unwrap()
}

/// The outcome of each time that is on record, in seconds, and that none is there twice. Spans are of times `step_s` apart.
fn outcomes(world: &World, job_id: JobId, step_s: i64) -> BTreeMap<i64, RunOutcome> {
    let mut found = BTreeMap::new();
    for run in world.runs(job_id) {
        let seconds = |at: Timestamp| (at.unix_ms() as i64 - START as i64) / 1_000;
        let (first, last) =
            (seconds(run.first_scheduled_for.unwrap_or(run.scheduled_for)), seconds(run.scheduled_for));
        let times: Vec<_> = (0..).map(|n| first + n * step_s).take_while(|at| *at <= last).collect();
        assert_eq!(times.len() as u64, run.count, "{run:?}");
        for at in times {
            assert_eq!(found.insert(at, run.outcome), None, "{at} is on record twice");
        }
    }
    found
}

#[test]
fn missed_paused_and_earlier_times_run_once_and_what_ran_does_not_again() {
    use RunOutcome::{Missed, Paused, Succeeded};
    for overlap in [Overlap::Allow, Overlap::Skip, Overlap::QueueOne, Overlap::CancelPrevious] {
        let world = World::new();
        let policy = Policy { overlap, ..Policy::default() };
        let job_id = world.create(CreateJob { policy, ..every(MINUTE) }).unwrap().job_id;
        world.pass(2 * MINUTE);
        world.be_down(5 * MINUTE);
        world.pass(MINUTE);
        world.pause(job_id);
        world.pass(3 * MINUTE);
        world.resume(job_id);
        world.pass(MINUTE);
        let before = outcomes(&world, job_id, 60);
        let of = |outcome| before.iter().filter(move |(_, found)| **found == outcome).count();
        assert_eq!((of(Missed), of(Paused), of(Succeeded)), (4, 2, 6), "{before:?}");
        let calls = world.pipeline.calls();

        let backfill = ask(&world, asked(job_id, -5 * 60, 12 * 60)).unwrap();
        assert_eq!((backfill.status, backfill.times), (BackfillStatus::Running, 17));
        world.pass(MINUTE);
        let backfill = stands(&world, &backfill);
        assert_eq!(
            (backfill.status, backfill.begun, backfill.kept),
            (BackfillStatus::Completed, 12, 5),
            "{overlap:?}"
        );
        let after = outcomes(&world, job_id, 60);
        let expect: BTreeMap<_, _> = (-5..=13).map(|minute| (minute * 60, Succeeded)).collect();
        assert_eq!(after, expect, "{overlap:?}");
        assert_eq!(world.pipeline.calls(), calls + 12 + 1, "{overlap:?}: each once, and one of the schedule");
        let filled = world.runs(job_id).into_iter().filter(|run| run.trigger == RunTrigger::Backfill);
        assert_eq!(filled.count(), 12);
        assert_eq!(world.alarm(), world.job(job_id).next_run_at, "nothing is left to do");

        // Asked again, nothing runs again.
        let again = ask(&world, asked(job_id, -5 * 60, 13 * 60)).unwrap();
        world.pass(MINUTE);
        let again = stands(&world, &again);
        assert_eq!((again.begun, again.kept), (0, 18), "{overlap:?}");
    }
}

#[test]
fn a_part_of_a_record_is_cut_out_of_it() {
    use RunOutcome::{Missed, Succeeded};
    let world = World::new();
    let job_id = world.create(every(MINUTE)).unwrap().job_id;
    world.be_down(20 * MINUTE);
    world.pass(0);
    let part = ask(&world, asked(job_id, 5 * 60, 9 * 60)).unwrap();
    world.pass(1);
    assert_eq!(stands(&world, &part).begun, 4);
    let told = |minute: i64| if (5..9).contains(&minute) || minute == 20 { Succeeded } else { Missed };
    let expect: BTreeMap<_, _> = (1..=20).map(|minute| (minute * 60, told(minute))).collect();
    assert_eq!(outcomes(&world, job_id, 60), expect);
    let missed: Vec<_> = world
        .runs(job_id)
        .into_iter()
        .filter(|run| run.outcome == Missed)
        .map(|run| (run.count, run.error.unwrap()))
        .collect();
    assert_eq!(missed.len(), 2);
    assert!(missed[0].1.starts_with("did not run 4 times, from 2026-11-22T07:01:00Z"), "{missed:?}");
    assert!(missed[1].1.starts_with("did not run 11 times, from 2026-11-22T07:09:00Z"), "{missed:?}");
}

#[test]
fn a_calendar_and_a_cron_pattern_hold_for_the_past_too() {
    let world = World::new();
    let schedule = Schedule::Cron {
        pattern: "0 * * * *".into(),
        timezone: "Europe/Berlin".into(),
        gap: None,
        fold: None,
    };
    let calendar = Calendar { excluded: vec!["2026-11-21".into()], ..Calendar::default() };
    let job_id = world.create(CreateJob { schedule, calendar, ..every(HOUR) }).unwrap().job_id;
    let day = 24 * 3_600;
    let backfill = ask(&world, asked(job_id, -2 * day, 0)).unwrap();
    // The 20th from 08:00 to midnight, and the 22nd up to 08:00 in Berlin.
    assert_eq!(backfill.times, 16 + 8);
    world.pass(MINUTE);
    assert_eq!(stands(&world, &backfill).begun, 24);
}

#[test]
fn a_failed_run_keeps_its_outcome_and_a_filled_one_is_tried_again_by_the_policy() {
    let world = World::new();
    let job_id = world.create(every(MINUTE)).unwrap().job_id;
    world.pipeline.plan([Some(Mishap::Refused), None, Some(Mishap::Unavailable)]);
    world.pass(2 * MINUTE);
    let backfill = ask(&world, asked(job_id, 0, 120)).unwrap();
    world.pass(SECOND);
    assert_eq!(stands(&world, &backfill).kept, 1, "it failed for good, and that is what it came to");
    let earlier = ask(&world, asked(job_id, -60, 1)).unwrap();
    world.pass(10 * SECOND);
    assert_eq!(stands(&world, &earlier).begun, 2);
    assert_eq!(world.runs(job_id).iter().map(|run| run.attempts).max(), Some(2));
}

#[test]
fn a_backfill_is_cancelled_and_what_was_not_tried_is_taken_back() {
    let world = World::new();
    let policy = Policy { overlap: Overlap::Skip, ..Policy::default() };
    let job_id = world.create(CreateJob { policy, ..every(MINUTE) }).unwrap().job_id;
    let backfill = ask(&world, asked(job_id, -100 * 60, 0)).unwrap();
    let other = ask(&world, asked(job_id, -200 * 60, -100 * 60));
    assert_eq!(other, Err(JobError::BackfillRunning { backfill_id: backfill.backfill_id }));
    for _ in 0..3 {
        world.ring();
    }
    let request = GetJobBackfill { job_id, backfill_id: backfill.backfill_id };
    let cancelled = run(world.jobs.cancel_backfill(&world.context(), request.clone())).unwrap();
    assert_eq!((cancelled.status, cancelled.begun), (BackfillStatus::Cancelled, 3));
    assert_eq!(run(world.jobs.cancel_backfill(&world.context(), request.clone())).unwrap(), cancelled);
    world.pass(SECOND);
    assert_eq!(world.runs(job_id).len(), 3);
    assert_eq!(world.alarm(), world.job(job_id).next_run_at);

    let stranger = world.context_of(world.another_tenant());
    let refused = run(world.jobs.get_backfill(&stranger, request));
    assert!(matches!(refused, Err(CallError::Refused(JobError::NotFound))), "{refused:?}");
    let list = ListJobBackfills { job_id, before: None, limit: 9 };
    assert_eq!(run(world.jobs.list_backfills(&world.context(), list)).unwrap().items, [cancelled]);
}

#[test]
fn what_cannot_be_filled_in_is_refused_with_the_reason() {
    let world = World::new();
    let job_id = world.create(every(SECOND)).unwrap().job_id;
    world.pass(MINUTE);
    let refused = |request| match ask(&world, request) {
        Err(JobError::Invalid { pointer, detail }) => (pointer, detail),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(asked(job_id, 10, 10)).0, "/from");
    assert_eq!(refused(asked(job_id, 0, 61)).0, "/to", "the future");
    let (pointer, detail) = refused(asked(job_id, -20_000, 0));
    assert!(pointer == "/to" && detail.contains("20000 times") && detail.contains("10000"), "{detail}");
    let single = world.create(crate::world::once_at(START + HOUR)).unwrap().job_id;
    assert_eq!(refused(asked(single, 0, 30)).0, "/from", "no time");

    // Before a change, the schedule was another.
    let schedule = Schedule::Every { interval_ms: 2_000, anchor: None };
    let change = ChangeJob {
        job_id,
        version: None,
        name: None,
        timing: Some(Timing { schedule, calendar: Calendar::default() }),
        task: None,
        retry: None,
        policy: PolicyChange::default(),
    };
    run(world.jobs.change_job(&world.context(), change)).unwrap();
    world.pass(MINUTE);
    let (pointer, detail) = refused(asked(job_id, 30, 90));
    assert!(pointer == "/from" && detail.contains("2026-11-22T07:01:00.001Z"), "{detail}");
    assert!(ask(&world, asked(job_id, 61, 90)).is_ok());
}

#[test]
fn records_that_were_dropped_are_not_run_again() {
    let world = World::new();
    let policy = Policy { misfire: Misfire::All, ..Policy::default() };
    let job_id = world.create(CreateJob { policy, ..every(SECOND) }).unwrap().job_id;
    world.pass(1_100 * SECOND);
    let Err(JobError::Invalid { pointer, .. }) = ask(&world, asked(job_id, 50, 1_000)) else {
        panic!("it may have run");
    };
    assert_eq!(pointer, "/from");
    let kept = ask(&world, asked(job_id, 500, 1_000)).unwrap();
    world.pass(SECOND);
    assert_eq!((stands(&world, &kept).begun, stands(&world, &kept).kept), (0, 500));
}

#[test]
fn one_key_is_one_backfill() {
    let world = World::new();
    let job_id = world.create(every(MINUTE)).unwrap().job_id;
    let with_key =
        |request| run(world.jobs.backfill_job(&world.context().with_idempotency_key("k"), request));
    let first = with_key(asked(job_id, -600, 0)).unwrap();
    world.pass(MINUTE);
    let again = with_key(asked(job_id, -600, 0)).unwrap();
    assert_eq!((again.backfill_id, again.status), (first.backfill_id, BackfillStatus::Completed));
    let other = with_key(asked(job_id, -900, 0));
    assert!(matches!(other, Err(CallError::Refused(JobError::KeyReused))), "{other:?}");
}

/// Whichever operation of a store or the alarm fails, before or after it took effect, and wherever the object dies: each
/// time of the range has one record and one effect.
#[test]
fn a_backfill_that_is_cut_off_goes_on_and_runs_nothing_twice() {
    for when in [test_kit::When::Before, test_kit::When::After] {
        for nth in 1.. {
            let world = World::new();
            let job_id = world.create(every(MINUTE)).unwrap().job_id;
            world.be_down(30 * MINUTE);
            world.pass(0);
            world.faults.fail_nth_of_all(world.operations() + nth, when);
            let request = asked(job_id, -600, now_s(&world));
            let call =
                || run(world.jobs.backfill_job(&world.context().with_idempotency_key("k"), request.clone()));
            let first = call();
            let backfill = match first {
                Ok(backfill) => backfill,
                Err(_) => call().unwrap(),
            };
            world.ring();
            if world.faults.fired() > 0 {
                world.restart();
            }
            world.pass(5 * MINUTE);
            if world.faults.fired() == 0 {
                assert!(nth > 20, "only {nth} operations were tried");
                break;
            }
            let ended = stands(&world, &backfill);
            assert_eq!(ended.status, BackfillStatus::Completed, "{when:?} {nth}");
            assert_eq!((ended.begun, ended.kept), (40, 0), "{when:?} {nth}");
            let found = outcomes(&world, job_id, 60);
            assert!(
                found.range(..1_800).all(|(_, outcome)| *outcome == RunOutcome::Succeeded),
                "{when:?} {nth}: {found:?}"
            );
            assert_eq!(found.range(..1_800).count(), 40, "{when:?} {nth}");
        }
    }
}

#[test]
fn a_scan_finds_nothing_wrong_with_what_was_filled_in() {
    let world = World::new();
    let job_id = world.create(every(MINUTE)).unwrap().job_id;
    world.be_down(20 * MINUTE);
    world.pass(300 * MINUTE);
    world.pause(job_id);
    world.pass(10 * MINUTE);
    world.resume(job_id);
    for (from, until) in [(-600, 0), (300, 540), (12 * 60, 15 * 60), (315 * 60, 318 * 60)] {
        ask(&world, asked(job_id, from, until)).unwrap();
        world.pass(MINUTE);
        let found = crate::scans::scan(&world);
        assert_eq!(found.violations, [], "{from}..{until}");
    }
}
