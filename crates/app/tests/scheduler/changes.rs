//! Changing a job: what stays on record, what goes on as it was, and that nothing is named twice or left out.

use contracts::scheduler::{
    Calendar, ChangeJob, Concurrency, CreateJob, Job, JobError, JobStatus, Misfire, Overlap, Policy,
    PolicyChange, PolicySetting, RetryPolicy, RunOutcome, Schedule, Task, Timing,
};
use ids::JobId;
use mesh::CallError;
use test_kit::run;
use test_kit::schedule::Mishap;

use crate::world::{HOUR, MINUTE, SECOND, START, World, every, once_at, seconds};

fn nothing(job_id: JobId) -> ChangeJob {
    ChangeJob {
        job_id,
        version: None,
        name: None,
        timing: None,
        task: None,
        retry: None,
        policy: PolicyChange::default(),
    }
}

fn to(job_id: JobId, schedule: Schedule) -> ChangeJob {
    ChangeJob { timing: Some(Timing { schedule, calendar: Calendar::default() }), ..nothing(job_id) }
}

const fn each(interval_ms: u64) -> Schedule {
    Schedule::Every { interval_ms, anchor: None }
}

fn try_change(world: &World, change: ChangeJob) -> Result<Job, JobError> {
    match run(world.jobs.change_job(&world.context(), change)) {
        Ok(job) => Ok(job),
        Err(CallError::Refused(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

fn change(world: &World, change: ChangeJob) -> Job {
    try_change(world, change).unwrap()
}

/// What is on record: seconds, how many times, and the outcome.
fn ledger(world: &World, job_id: JobId) -> Vec<(u64, u64, RunOutcome)> {
    let runs = world.runs(job_id).into_iter();
    runs.map(|run| ((run.scheduled_for.unix_ms() - START) / SECOND, run.count, run.outcome)).collect()
}

#[test]
fn another_schedule_names_the_times_from_now_on_and_the_record_stays() {
    use RunOutcome::Succeeded;
    let world = World::new();
    let job_id = world.create(every(MINUTE)).unwrap().job_id;
    world.pass(150 * SECOND);
    let changed = change(&world, to(job_id, each(40 * SECOND)));
    assert_eq!((changed.version, changed.status), (2, JobStatus::Active));
    assert_eq!(seconds(changed.preview.clone())[..3], [160, 200, 240], "in the phase of the job's creation");
    assert_eq!(world.job(job_id), changed);
    assert_eq!(world.alarm(), changed.next_run_at);
    world.pass(50 * SECOND);
    let expect: Vec<_> = [60, 120, 160, 200].map(|at| (at, 1, Succeeded)).into();
    assert_eq!(ledger(&world, job_id), expect);
}

#[test]
fn a_time_of_both_schedules_is_on_record_once() {
    // At the very instant, before its alarm and after it; the new schedule names it too.
    for ring in [false, true] {
        let world = World::new();
        let job_id = world.create(every(MINUTE)).unwrap().job_id;
        world.be_down(MINUTE);
        if ring {
            world.pass(0);
        }
        let changed = change(&world, to(job_id, each(30 * SECOND)));
        assert_eq!(seconds(changed.next_run_at), [90]);
        world.pass(30 * SECOND);
        let times: Vec<_> = ledger(&world, job_id).iter().map(|(at, ..)| *at).collect();
        assert_eq!(times, [60, 90], "{ring}");
        assert_eq!(world.fired_at(job_id), [60, 90], "{ring}");
    }
}

#[test]
fn what_the_old_schedule_named_is_settled_by_its_policies() {
    use RunOutcome::{Missed, Succeeded};
    for (misfire, expect) in [
        (Misfire::Last, vec![(120, 2, Missed), (180, 1, Succeeded)]),
        (Misfire::All, [60, 120, 180].map(|at| (at, 1, Succeeded)).into()),
        (Misfire::None, vec![(120, 2, Missed), (180, 1, Succeeded)]),
    ] {
        let world = World::new();
        let policy = Policy { misfire, ..Policy::default() };
        let job_id = world.create(CreateJob { policy, ..every(MINUTE) }).unwrap().job_id;
        world.be_down(200 * SECOND);
        change(&world, to(job_id, each(HOUR)));
        world.pass(0);
        assert_eq!(ledger(&world, job_id), expect, "{misfire:?}");
    }
}

#[test]
fn a_time_that_jitter_puts_off_runs_when_jitter_said() {
    let world = World::new();
    let calendar = Calendar { jitter_ms: 3_600_000, ..Calendar::default() };
    let job_id = world.create(CreateJob { calendar, ..every(2 * HOUR) }).unwrap().job_id;
    let wake = world.alarm().unwrap();
    world.be_down(2 * HOUR);
    assert!(wake > world.clock_now(), "the hash of this job is nothing but zeros");
    change(&world, to(job_id, each(24 * HOUR)));
    assert_eq!(ledger(&world, job_id), [(7_200, 1, RunOutcome::Pending)]);
    assert_eq!(world.alarm(), Some(wake));
    world.pass(HOUR);
    let runs = world.runs(job_id);
    assert_eq!((runs[0].outcome, runs[0].started_at), (RunOutcome::Succeeded, Some(wake)));
}

#[test]
fn a_paused_job_stays_paused_and_a_finished_one_begins_again() {
    use RunOutcome::{Paused, Succeeded};
    let world = World::new();
    let job_id = world.create(every(MINUTE)).unwrap().job_id;
    world.pause(job_id);
    world.pass(150 * SECOND);
    let changed = change(&world, to(job_id, each(50 * SECOND)));
    assert_eq!((changed.status, changed.next_run_at), (JobStatus::Paused, None));
    world.pass(100 * SECOND);
    let resumed = world.resume(job_id);
    assert_eq!(seconds(resumed.next_run_at), [300], "the present instant is begun");
    world.pass(MINUTE);
    assert_eq!(
        ledger(&world, job_id),
        [(120, 2, Paused), (200, 1, Paused), (250, 1, Succeeded), (300, 1, Succeeded)]
    );

    let once = world.create(once_at(START + 400 * SECOND)).unwrap().job_id;
    world.pass(HOUR);
    assert_eq!(world.job(once).status, JobStatus::Finished);
    let again = Schedule::At { at: contracts::Timestamp::from_unix_ms(START + 2 * HOUR) };
    assert_eq!(change(&world, to(once, again)).status, JobStatus::Active);
    world.pass(2 * HOUR);
    assert_eq!(ledger(&world, once), [(400, 1, Succeeded), (7_200, 1, Succeeded)]);

    // A single time that passed while the job was paused does not make it active.
    let at = |ms| Schedule::At { at: contracts::Timestamp::from_unix_ms(ms) };
    let now = world.clock_now().unix_ms();
    let single = world.create(once_at(now + SECOND)).unwrap().job_id;
    world.pause(single);
    world.pass(MINUTE);
    let later = change(&world, to(single, at(now + HOUR)));
    assert_eq!(later.status, JobStatus::Paused);
    assert_eq!(world.resume(single).preview.len(), 1);
}

#[test]
fn a_run_that_is_not_over_does_what_the_job_said_when_its_time_came() {
    let world = World::new();
    let retry = RetryPolicy { max_attempts: 3, delay_ms: 60_000, ..RetryPolicy::default() };
    let policy = Policy { overlap: Overlap::QueueOne, ..Policy::default() };
    let job_id = world.create(CreateJob { retry, policy, ..every(MINUTE) }).unwrap().job_id;
    // The first try takes effect and its answer is lost; the second time waits for it.
    world.pipeline.plan([Some(Mishap::AnswerLost), Some(Mishap::Unavailable)]);
    world.pass(2 * MINUTE);
    assert_eq!(
        ledger(&world, job_id).iter().map(|(.., outcome)| *outcome).collect::<Vec<_>>(),
        [RunOutcome::Pending, RunOutcome::Waiting]
    );
    let task = Task::Event {
        source: "generic".into(),
        kind: "digest.requested".into(),
        payload: r#"{"n":2}"#.into(),
    };
    let shorter = RetryPolicy { delay_ms: 1_000, ..retry };
    change(&world, ChangeJob { task: Some(task), retry: Some(shorter), ..nothing(job_id) });
    world.restart();
    world.pass(5 * MINUTE);
    let payloads: Vec<_> = world
        .runs(job_id)
        .iter()
        .filter_map(|run| Some((run.attempts, world.pipeline.payload(run.event_id?)?)))
        .collect();
    let (old, new) = (r#"{"n":1}"#.to_owned(), r#"{"n":2}"#.to_owned());
    assert_eq!(payloads[..3], [(3, old.clone()), (1, old), (1, new)]);
}

#[test]
fn policies_change_one_by_one_and_go_back() {
    let world = World::new();
    let policy = Policy {
        misfire: Misfire::All,
        misfire_window_ms: Some(5_000),
        timeout_ms: Some(2_000),
        concurrency: Some(Concurrency { group: "crm".into(), limit: 1 }),
        ..Policy::default()
    };
    let job = world.create(CreateJob { policy: policy.clone(), ..every(MINUTE) }).unwrap();
    let one = PolicyChange { overlap: Some(Overlap::Skip), ..PolicyChange::default() };
    let changed = change(&world, ChangeJob { policy: one, ..nothing(job.job_id) });
    assert_eq!(changed.policy, Policy { overlap: Overlap::Skip, ..policy });
    assert_eq!(changed.preview, job.preview);
    let cleared = vec![PolicySetting::MisfireWindow, PolicySetting::Timeout, PolicySetting::Concurrency];
    let none = PolicyChange { cleared, timeout_ms: Some(3_000), ..PolicyChange::default() };
    let changed = change(&world, ChangeJob { policy: none, ..nothing(job.job_id) });
    let expect = Policy {
        misfire: Misfire::All,
        overlap: Overlap::Skip,
        timeout_ms: Some(3_000),
        ..Policy::default()
    };
    assert_eq!((changed.policy, changed.version), (expect, 3));
    let renamed = change(&world, ChangeJob { name: Some("Other".into()), ..nothing(job.job_id) });
    assert_eq!((renamed.name.as_str(), renamed.version), ("Other", 4));
}

#[test]
fn of_two_that_read_the_same_version_one_changes_it() {
    let world = World::new();
    let job = world.create(every(MINUTE)).unwrap();
    let named =
        |name: &str| ChangeJob { version: Some(job.version), name: Some(name.into()), ..nothing(job.job_id) };
    assert_eq!(change(&world, named("first")).version, 2);
    assert_eq!(try_change(&world, named("second")), Err(JobError::Changed { version: 2 }));
    assert_eq!(world.job(job.job_id).name, "first");
    let same = change(&world, ChangeJob { name: Some("first".into()), ..to(job.job_id, each(MINUTE)) });
    assert_eq!(same.version, 2, "what changes nothing is no change");
    let foreign = world.context_of(world.another_tenant());
    let refused = run(world.jobs.change_job(&foreign, named("theirs")));
    assert!(matches!(refused, Err(CallError::Refused(JobError::NotFound))), "{refused:?}");
}

#[test]
fn what_a_job_cannot_be_is_refused_and_leaves_it_whole() {
    let world = World::new();
    let job = world.create(every(MINUTE)).unwrap();
    world.pass(90 * SECOND);
    let before = world.job(job.job_id);
    let id = job.job_id;
    let at = |ms| to(id, Schedule::At { at: contracts::Timestamp::from_unix_ms(ms) });
    let cron = |pattern: &str, timezone: &str| {
        let schedule =
            Schedule::Cron { pattern: pattern.into(), timezone: timezone.into(), gap: None, fold: None };
        to(id, schedule)
    };
    for (change, pointer) in [
        (to(id, each(999)), "/schedule/every"),
        (at(START), "/schedule"),
        (at(START + 90 * SECOND), "/schedule"),
        (cron("0 0 31 2 *", "UTC"), "/schedule/cron"),
        (cron("* * * * *", "Mars/Olympus"), "/schedule/timezone"),
        (ChangeJob { name: Some(String::new()), ..to(id, each(HOUR)) }, "/name"),
        (
            ChangeJob {
                retry: Some(RetryPolicy { max_attempts: 0, ..RetryPolicy::default() }),
                ..to(id, each(HOUR))
            },
            "/retry/max_attempts",
        ),
        (
            ChangeJob {
                policy: PolicyChange { timeout_ms: Some(31_000), ..PolicyChange::default() },
                ..to(id, each(HOUR))
            },
            "/timeout",
        ),
    ] {
        match try_change(&world, change) {
            Err(JobError::Invalid { pointer: found, .. }) => assert_eq!(found, pointer),
            other => panic!("{pointer}: {other:?}"),
        }
        assert_eq!(world.job(id), before, "{pointer}");
    }
}

/// Whichever call to a store or the alarm fails while a job is changed, before or after it took effect: each time is on
/// record once, and the change is made by asking again.
#[test]
fn a_change_that_is_cut_off_loses_no_time() {
    for when in [test_kit::When::Before, test_kit::When::After] {
        for nth in 1.. {
            let world = World::new();
            let job_id = world.create(every(MINUTE)).unwrap().job_id;
            world.be_down(150 * SECOND);
            world.faults.fail_nth_of_all(world.operations() + nth, when);
            let asked = to(job_id, each(50 * SECOND));
            let first = run(world.jobs.change_job(&world.context(), asked.clone()));
            if world.faults.fired() == 0 {
                assert!(nth > 4 && first.is_ok(), "only {nth} operations were tried");
                break;
            }
            let changed = change(&world, asked);
            assert_eq!(seconds(changed.next_run_at), [200], "{when:?} {nth}");
            world.pass(50 * SECOND);
            let told: Vec<_> = ledger(&world, job_id).iter().map(|(at, count, _)| (*at, *count)).collect();
            assert_eq!(told, [(60, 1), (120, 1), (200, 1)], "{when:?} {nth}");
            assert_eq!(world.fired_at(job_id), [120, 200], "{when:?} {nth}");
        }
    }
}
