//! What happens when times pile up: misfires, overlaps, groups.

use contracts::scheduler::{
    Concurrency, CreateJob, JobError, ListRuns, Misfire, Overlap, Policy, RetryJitter, RetryPolicy,
    RunOutcome,
};
use mesh::CallError;
use test_kit::schedule::Mishap;

use crate::world::{HOUR, MINUTE, SECOND, World, every, seconds};

fn with(policy: Policy) -> CreateJob {
    CreateJob { policy, ..every(MINUTE) }
}

fn misfire(misfire: Misfire, misfire_window_ms: Option<u64>) -> CreateJob {
    with(Policy { misfire, misfire_window_ms, ..Policy::default() })
}

/// Outcome, how many times it stands for, and the last of them in seconds; oldest first.
fn ledger(world: &World, job_id: ids::JobId) -> Vec<(RunOutcome, u64, u64)> {
    let runs = world.runs(job_id).into_iter();
    runs.map(|run| (run.outcome, run.count, seconds([run.scheduled_for])[0])).collect()
}

#[test]
fn after_downtime_the_misfire_policy_says_what_is_made_up_for() {
    use RunOutcome::{Missed, Succeeded};
    let each = |from: u64| (from..=5).map(|n| (Succeeded, 1, n * 60));
    for (request, expect) in [
        (misfire(Misfire::Last, None), vec![(Missed, 4, 240), (Succeeded, 1, 300)]),
        (misfire(Misfire::All, None), each(1).collect()),
        (misfire(Misfire::All, Some(150_000)), [(Missed, 2, 120)].into_iter().chain(each(3)).collect()),
        (misfire(Misfire::None, None), vec![(Missed, 4, 240), (Succeeded, 1, 300)]),
        (misfire(Misfire::None, Some(SECOND)), vec![(Missed, 5, 300)]),
    ] {
        let world = World::new();
        let job = world.create(request.clone()).unwrap();
        world.be_down(5 * MINUTE + 20 * SECOND);
        world.pass(0);
        assert_eq!(ledger(&world, job.job_id), expect, "{:?}", request.policy);
        assert_eq!(world.fired_at(job.job_id).len(), expect.iter().filter(|one| one.0 == Succeeded).count());
        assert_eq!(job.policy, request.policy);
    }
}

#[test]
fn a_backlog_of_all_is_worked_off_in_bounded_turns_and_in_order() {
    let world = World::new();
    let job = world.create(misfire(Misfire::All, None)).unwrap();
    world.be_down(3 * HOUR);
    world.ring();
    assert!(world.pipeline.calls() <= 20, "one turn makes twenty tries");
    world.pass(0);
    assert_eq!(world.fired_at(job.job_id), (1..=180).map(|n| n * 60).collect::<Vec<_>>());
}

/// A job whose first run fails, and is tried again five minutes later.
fn busy(overlap: Overlap) -> (World, ids::JobId) {
    let world = World::new();
    let retry = RetryPolicy { max_attempts: 2, delay_ms: 300_000, jitter: RetryJitter::None };
    let policy = Policy { overlap, ..Policy::default() };
    let job = world.create(CreateJob { retry, ..with(policy) }).unwrap();
    world.pipeline.plan([Some(Mishap::Unavailable)]);
    world.pass(7 * MINUTE);
    (world, job.job_id)
}

#[test]
fn a_time_that_comes_while_a_run_is_not_over_is_what_the_overlap_policy_says() {
    use RunOutcome::{Cancelled, SkippedOverlap, Succeeded};
    let (world, job_id) = busy(Overlap::Allow);
    assert_eq!(ledger(&world, job_id), (1..=7).map(|n| (Succeeded, 1, n * 60)).collect::<Vec<_>>());

    let (world, job_id) = busy(Overlap::Skip);
    let skipped = |range: std::ops::RangeInclusive<u64>| range.map(|n| (SkippedOverlap, 1, n * 60));
    let expect: Vec<_> =
        [(Succeeded, 1, 60)].into_iter().chain(skipped(2..=6)).chain([(Succeeded, 1, 420)]).collect();
    assert_eq!(ledger(&world, job_id), expect);
    assert_eq!(world.fired_at(job_id), [60, 420]);

    let (world, job_id) = busy(Overlap::QueueOne);
    let expect: Vec<_> = [(Succeeded, 1, 60), (Succeeded, 1, 120)]
        .into_iter()
        .chain(skipped(3..=6))
        .chain([(Succeeded, 1, 420)])
        .collect();
    assert_eq!(ledger(&world, job_id), expect);
    let waited = &world.runs(job_id)[1];
    assert_eq!(seconds(waited.started_at), [360], "it began when the run before it was over");

    let (world, job_id) = busy(Overlap::CancelPrevious);
    let expect: Vec<_> =
        [(Cancelled, 1, 60)].into_iter().chain((2..=7).map(|n| (Succeeded, 1, n * 60))).collect();
    assert_eq!(ledger(&world, job_id), expect);
    assert_eq!(world.fired_at(job_id), [120, 180, 240, 300, 360, 420], "what was cancelled is tried no more");
}

#[test]
fn a_restart_leaves_a_waiting_run_to_wait_and_then_to_run() {
    let world = World::new();
    let retry = RetryPolicy { max_attempts: 2, delay_ms: 300_000, jitter: RetryJitter::None };
    let policy = Policy { overlap: Overlap::QueueOne, ..Policy::default() };
    let job = world.create(CreateJob { retry, ..with(policy) }).unwrap();
    world.pipeline.plan([Some(Mishap::Unavailable)]);
    world.pass(3 * MINUTE);
    world.restart();
    assert_eq!(ledger(&world, job.job_id)[1], (RunOutcome::Waiting, 1, 120));
    world.pass(3 * MINUTE);
    assert_eq!(world.fired_at(job.job_id), [60, 120]);
}

#[test]
fn jobs_of_a_group_share_its_limit() {
    let world = World::new();
    let group = |group: &str, limit| Some(Concurrency { group: group.into(), limit });
    let policy = |concurrency| Policy { concurrency, ..Policy::default() };
    let jobs: Vec<_> = (0..5).map(|_| world.create(with(policy(group("crm", 2)))).unwrap().job_id).collect();
    let other = world.create(with(policy(group("mail", 1)))).unwrap().job_id;
    let free = world.create(with(Policy::default())).unwrap().job_id;
    world.be_down(MINUTE);
    for (turn, calls) in [4, 6, 7].into_iter().enumerate() {
        world.ring();
        assert_eq!(world.pipeline.calls(), calls, "after turn {turn}");
    }
    for job_id in jobs.into_iter().chain([other, free]) {
        assert_eq!(world.fired_at(job_id), [60]);
    }
}

#[test]
fn a_full_group_does_not_keep_other_jobs_waiting() {
    let world = World::new();
    let concurrency = Some(Concurrency { group: "crm".into(), limit: 1 });
    for _ in 0..25 {
        world.create(with(Policy { concurrency: concurrency.clone(), ..Policy::default() })).unwrap();
    }
    let free = world.create(with(Policy::default())).unwrap().job_id;
    world.be_down(MINUTE);
    world.ring();
    world.ring();
    assert_eq!(world.fired_at(free), [60]);
    world.pass(0);
    assert_eq!(world.pipeline.calls(), 26);
}

#[test]
fn full_jitter_spreads_the_waits_and_keeps_their_bound() {
    let mut waits = std::collections::BTreeSet::new();
    let world = World::new();
    let retry = RetryPolicy { max_attempts: 10, delay_ms: 4_000, jitter: RetryJitter::Full };
    let job = world.create(CreateJob { retry, ..every(HOUR) }).unwrap();
    world.pipeline.plan(vec![Some(Mishap::Unavailable); 5]);
    world.pass(HOUR);
    for doublings in 0..5 {
        let now = app::ports::Clock::now(&world.clock).unix_ms();
        let wait = world.alarm().unwrap().unix_ms() - now;
        assert!(wait <= 4_000 << doublings, "{wait} after {doublings} doublings");
        waits.insert(wait);
        world.pass(wait);
    }
    assert!(waits.len() > 3, "{waits:?}");
    assert_eq!(world.runs(job.job_id)[0].attempts, 6);
}

#[test]
fn runs_are_listed_by_their_outcome() {
    let world = World::new();
    let job = world.create(every(MINUTE)).unwrap();
    world.be_down(5 * MINUTE);
    world.pass(MINUTE);
    let list = |outcome| {
        let request = ListRuns { job_id: job.job_id, before: None, limit: 9, outcome: Some(outcome) };
        test_kit::run(world.jobs.list_runs(&world.context(), request)).unwrap().items
    };
    assert_eq!(list(RunOutcome::Missed).len(), 1);
    assert_eq!(list(RunOutcome::Succeeded).len(), 2);
    assert_eq!(list(RunOutcome::Cancelled), []);
}

#[test]
fn a_policy_out_of_bounds_is_refused_by_its_pointer() {
    let world = World::new();
    let group = |group: &str, limit| Some(Concurrency { group: group.into(), limit });
    for (policy, pointer) in [
        (Policy { misfire_window_ms: Some(999), ..Policy::default() }, Some("/misfire_window")),
        (Policy { misfire_window_ms: Some(1_000), ..Policy::default() }, None),
        (Policy { timeout_ms: Some(999), ..Policy::default() }, Some("/timeout")),
        (Policy { timeout_ms: Some(30_000), ..Policy::default() }, None),
        (Policy { timeout_ms: Some(30_001), ..Policy::default() }, Some("/timeout")),
        (Policy { concurrency: group("", 1), ..Policy::default() }, Some("/concurrency/group")),
        (Policy { concurrency: group("g", 0), ..Policy::default() }, Some("/concurrency/limit")),
        (Policy { concurrency: group("g", 20), ..Policy::default() }, None),
        (Policy { concurrency: group("g", 21), ..Policy::default() }, Some("/concurrency/limit")),
    ] {
        let told = match world.create(with(policy.clone())) {
            Ok(_) => None,
            Err(CallError::Refused(JobError::Invalid { pointer, .. })) => Some(pointer),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(told.as_deref(), pointer, "{policy:?}");
    }
}
