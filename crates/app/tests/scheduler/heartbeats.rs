//! Heartbeats: what is expected, what comes, and what is told of it.

use contracts::Timestamp;
use contracts::scheduler::{
    AlertPolicy, BackfillJob, Calendar, ChangeJob, Concurrency, CreateJob, GetJob, Job, JobError, JobRun,
    Misfire, Overlap, PingByAddress, PingJob, PingSecret, PingStatus, Policy, PolicyChange, PolicySetting,
    RetryPolicy, RunOutcome, Schedule, Task, Timing,
};
use ids::JobId;
use mesh::CallError;
use test_kit::run;

use crate::world::{HOUR, MINUTE, SECOND, START, World, every, once_at};

const DAY: u64 = 24 * HOUR;
/// No time was settled.
const NOTHING: [u64; 0] = [];

fn heartbeat(schedule: Schedule, grace_ms: u64) -> CreateJob {
    CreateJob { schedule, task: Task::Heartbeat { grace_ms }, ..every(MINUTE) }
}

fn each(interval_ms: u64, grace_ms: u64) -> CreateJob {
    heartbeat(Schedule::Every { interval_ms, anchor: None }, grace_ms)
}

/// At three each night, UTC; the world begins at seven.
fn nightly(grace_ms: u64) -> CreateJob {
    let cron = Schedule::Cron { pattern: "0 3 * * *".into(), timezone: "UTC".into(), gap: None, fold: None };
    heartbeat(cron, grace_ms)
}

impl World {
    fn ping_as(&self, job_id: JobId, status: PingStatus, message: Option<&str>) -> Vec<u64> {
        let request = PingJob { job_id, status, message: message.map(Into::into) };
        let taken = run(self.heartbeats().ping_job(&self.context(), request)).unwrap();
        taken.settled.into_iter().map(|time| (time.unix_ms() - START) / SECOND).collect()
    }

    fn ping(&self, job_id: JobId) -> Vec<u64> {
        self.ping_as(job_id, PingStatus::Success, None)
    }

    /// Of each time its nominal time in seconds, its outcome, and when the ping for it came.
    fn ledger(&self, job_id: JobId) -> Vec<(u64, RunOutcome, Option<u64>)> {
        let seconds = |time: Timestamp| (time.unix_ms() - START) / SECOND;
        let told =
            |run: JobRun| (seconds(run.scheduled_for), run.outcome, run.ping.map(|ping| seconds(ping.at)));
        self.runs(job_id).into_iter().map(told).collect()
    }

    /// The types of the events that told of the job, in order of their keys' times.
    fn told(&self, job_id: JobId) -> Vec<String> {
        let events = self.pipeline.events(self.tenant);
        let key = |key: &str| {
            key.strip_prefix(&format!("{job_id}:")).map(|key| key.split(':').next().unwrap().to_owned())
        };
        events.iter().filter_map(|(delivery, _)| key(delivery)).collect()
    }
}

use RunOutcome::{Failed, Missed, Paused, Pending, Succeeded};

#[test]
fn a_ping_within_the_interval_or_the_grace_counts_and_none_does_not() {
    let world = World::new();
    let job_id = world.create(each(10 * MINUTE, 2 * MINUTE)).unwrap().job_id;
    world.pass(9 * MINUTE);
    assert_eq!(world.ping(job_id), NOTHING, "early: nothing is expected yet");
    world.pass(2 * MINUTE);
    assert_eq!(world.ledger(job_id), [(600, Succeeded, Some(540))], "and it counts at once");
    world.pass(10 * MINUTE);
    assert_eq!(world.ledger(job_id)[1], (1200, Pending, None), "21 minutes: a ping may come until 22");
    assert_eq!(world.ping(job_id), [1200]);
    world.pass(11 * MINUTE);
    assert_eq!(world.ledger(job_id)[2], (1800, Failed, None), "none came by 32 minutes");
    let failed = world.runs(job_id).pop().unwrap();
    let error = failed.error.unwrap();
    assert_eq!(error, "no ping came by 2026-11-22T07:32:00Z; the last was at 2026-11-22T07:21:00Z");
    assert_eq!(world.told(job_id), ["job.failing"], "without being asked to");
    assert_eq!(world.alarm().map(|at| at.unix_ms()), Some(START + 40 * MINUTE));
}

#[test]
fn a_ping_counts_once_so_that_the_one_of_yesterday_does_not_hide_that_today_none_came() {
    let world = World::new();
    let job_id = world.create(nightly(30 * MINUTE)).unwrap().job_id;
    let three = 20 * HOUR / SECOND;
    world.pass(20 * HOUR + 5 * MINUTE);
    assert_eq!(world.ping(job_id), [three]);
    assert_eq!(world.ping(job_id), NOTHING, "nor does another of the same night");
    world.pass(DAY);
    assert_eq!(world.ledger(job_id)[1].1, Pending);
    world.pass(HOUR);
    assert_eq!(world.ledger(job_id)[1].1, Failed);
}

#[test]
fn a_late_ping_ends_the_alarm_and_of_a_time_of_the_day_it_does_not_count_for_the_next() {
    let world = World::new();
    let job_id = world.create(nightly(30 * MINUTE)).unwrap().job_id;
    world.pass(21 * HOUR);
    assert!(world.job(job_id).failing_since.is_some());
    assert_eq!(world.told(job_id), ["job.failing"]);
    assert_eq!(world.ping(job_id), NOTHING);
    world.pass(MINUTE);
    assert_eq!(world.job(job_id).failing_since, None);
    assert_eq!(world.told(job_id), ["job.failing", "job.recovered"]);
    world.pass(HOUR);
    world.ping(job_id);
    world.pass(MINUTE);
    assert_eq!(world.told(job_id).len(), 2, "it is told once");
    world.pass(DAY);
    assert_eq!(world.ledger(job_id)[1].1, Succeeded, "the second was early for the next night");
    world.pass(DAY);
    assert_eq!(world.ledger(job_id)[2].1, Failed);
    world.ping(job_id);
    world.pass(DAY);
    assert_eq!(world.ledger(job_id)[3].1, Failed, "the one that was late was not");
}

#[test]
fn pings_that_drift_through_an_interval_are_in_step_again_after_one_failure() {
    let world = World::new();
    let job_id = world.create(each(MINUTE, 10 * SECOND)).unwrap().job_id;
    for _ in 0..120 {
        world.pass(61 * SECOND);
        world.ping(job_id);
    }
    let failed = world.ledger(job_id).iter().filter(|(_, outcome, _)| *outcome == Failed).count();
    assert_eq!(failed, 2, "one each time that they lag by a whole interval: {:?}", world.ledger(job_id));
}

#[test]
fn one_ping_settles_every_time_that_is_expected() {
    let world = World::new();
    let job_id = world.create(each(MINUTE, 5 * MINUTE)).unwrap().job_id;
    world.pass(4 * MINUTE + SECOND);
    assert_eq!(world.ledger(job_id).len(), 4);
    assert_eq!(world.ping(job_id), [60, 120, 180, 240]);
    world.pass(HOUR);
    let outcomes: Vec<_> = world.ledger(job_id).into_iter().map(|(_, outcome, _)| outcome).collect();
    assert!(outcomes[..4].iter().all(|outcome| *outcome == Succeeded));
    assert!(outcomes[4..59].iter().all(|outcome| *outcome == Failed));
    assert_eq!(world.told(job_id), ["job.failing"]);
}

#[test]
fn a_failure_that_is_told_is_judged_at_once_for_the_time_that_it_is_of() {
    let world = World::new();
    let job_id = world.create(nightly(30 * MINUTE)).unwrap().job_id;
    world.pass(19 * HOUR);
    let three = 20 * HOUR / SECOND;
    assert_eq!(world.ping_as(job_id, PingStatus::Fail, Some("disk full")), [three], "ahead of its time");
    world.pass(0);
    assert_eq!(world.told(job_id), ["job.failing"]);
    let run = world.runs(job_id).pop().unwrap();
    assert_eq!(run.error.as_deref(), Some("it was pinged as failed: disk full"));
    world.ping(job_id);
    world.pass(0);
    assert_eq!(world.told(job_id), ["job.failing", "job.recovered"]);
    world.pass(3 * HOUR);
    assert_eq!(world.ledger(job_id).len(), 1, "a time has one outcome, and it stays");
    world.pass(22 * HOUR + MINUTE);
    assert_eq!(world.ping_as(job_id, PingStatus::Fail, None), [three + 24 * 3600]);
    assert_eq!(world.ledger(job_id)[1].1, Failed, "within the grace");
    assert_eq!(world.runs(job_id)[1].error.as_deref(), Some("it was pinged as failed"));
    let scanned = run_scan(&world);
    assert_eq!(scanned, 0, "what is ahead is no fault of the ledger");
}

fn run_scan(world: &World) -> usize {
    use contracts::scheduler::ScanSchedules;
    let request = ScanSchedules { tenant: Some(world.tenant), from: None, limit: 100 };
    run(world.scans().scan_schedules(&world.operator(), request)).unwrap().violations.len()
}

#[test]
fn what_says_when_it_begins_is_measured_and_missed_when_it_does_not_end() {
    let world = World::new();
    let job_id = world.create(nightly(30 * MINUTE)).unwrap().job_id;
    world.pass(20 * HOUR + 2 * MINUTE);
    assert_eq!(world.ping_as(job_id, PingStatus::Start, None), NOTHING);
    world.pass(8 * MINUTE);
    world.ping(job_id);
    let ended = world.runs(job_id).pop().unwrap();
    let ms = |time: Option<Timestamp>| (time.unwrap().unix_ms() - START - 20 * HOUR) / MINUTE;
    assert_eq!((ms(ended.started_at), ms(ended.ended_at)), (2, 10));
    world.pass(DAY - 5 * MINUTE);
    world.ping_as(job_id, PingStatus::Start, None);
    world.pass(HOUR);
    let error = world.runs(job_id).pop().unwrap().error.unwrap();
    assert!(error.contains("it began at 2026-11-24T03:05:00Z, and its end was not told"), "{error}");
}

#[test]
fn pings_while_it_is_paused_are_kept_and_nothing_is_expected() {
    let world = World::new();
    let job_id = world.create(each(10 * MINUTE, 5 * MINUTE)).unwrap().job_id;
    world.pass(11 * MINUTE);
    world.pause(job_id);
    world.pass(HOUR);
    assert_eq!(world.ping_as(job_id, PingStatus::Fail, None), NOTHING);
    assert_eq!(world.ping(job_id), NOTHING);
    world.resume(job_id);
    world.pass(MINUTE);
    let outcomes: Vec<_> = world.ledger(job_id).into_iter().map(|(_, outcome, _)| outcome).collect();
    assert_eq!(outcomes, [Paused, Paused], "the one that was expected, and those that came meanwhile");
    assert_eq!(world.told(job_id), Vec::<String>::new());
    let pings = run(world.heartbeats().list_pings(&world.context(), GetJob { job_id })).unwrap().items;
    let kept: Vec<_> = pings.into_iter().map(|ping| ping.status).collect();
    assert_eq!(kept, [PingStatus::Success, PingStatus::Fail]);
}

#[test]
fn what_came_while_nobody_looked_is_judged_by_when_it_came() {
    let world = World::new();
    let job_id = world.create(each(10 * MINUTE, 2 * MINUTE)).unwrap().job_id;
    // The alarm is lost, and pings are all that reaches the object.
    world.set_alarm(None);
    world.be_down(8 * MINUTE);
    world.ping(job_id);
    world.set_alarm(None);
    world.be_down(30 * MINUTE);
    assert_eq!(world.ping(job_id), NOTHING);
    let expect = [(600, Succeeded, Some(480)), (1200, Failed, None), (1800, Failed, None)];
    assert_eq!(world.ledger(job_id), expect);
}

#[test]
fn a_window_says_how_long_one_may_look_back() {
    let world = World::new();
    let policy = Policy { misfire_window_ms: Some(30 * MINUTE), ..Policy::default() };
    let job_id = world.create(CreateJob { policy, ..each(10 * MINUTE, MINUTE) }).unwrap().job_id;
    world.be_down(DAY);
    world.ring();
    let ledger = world.ledger(job_id);
    assert_eq!((ledger[0].1, ledger.len()), (Missed, 5), "{ledger:?}");
}

#[test]
fn a_single_time_is_expected_once() {
    let world = World::new();
    let once = CreateJob { task: Task::Heartbeat { grace_ms: MINUTE }, ..once_at(START + HOUR) };
    let (kept, missed) = (world.create(once.clone()).unwrap().job_id, world.create(once).unwrap().job_id);
    world.pass(HOUR + 30 * SECOND);
    assert_eq!(world.ping(kept), [3600]);
    world.pass(HOUR);
    assert_eq!((world.ledger(kept)[0].1, world.ledger(missed)[0].1), (Succeeded, Failed));
    assert_eq!(world.alarm(), None);
    assert_eq!(world.ping_as(kept, PingStatus::Fail, None), NOTHING, "there is no time left to fail");
}

#[test]
fn an_address_is_of_one_job_until_it_is_rotated_and_anything_else_leaves_no_trace() {
    let world = World::new();
    let job = world.create(each(HOUR, MINUTE)).unwrap();
    let other = world.create(every(HOUR)).unwrap();
    let secret = |job: &Job| job.heartbeat.clone().unwrap().secret;
    assert_eq!(secret(&job).expose().len(), 32);
    assert_eq!(
        format!("{:?}", job.heartbeat),
        "Some(Heartbeat { secret: PingSecret(redacted), last: None })"
    );
    let by = |tenant, job_id, secret: PingSecret| {
        let ping = PingJob { job_id, status: PingStatus::Success, message: None };
        let request = PingByAddress { ping, secret };
        run(world.heartbeats().ping_by_address(&world.context_of(tenant), request))
    };
    let stranger = world.another_tenant();
    let before = world.object_count();
    let wrong = PingSecret::new("0".repeat(32));
    for (tenant, job_id, secret) in [
        (world.tenant, job.job_id, wrong.clone()),
        (world.tenant, job.job_id, PingSecret::new(String::new())),
        (world.tenant, other.job_id, secret(&job)),
        (world.tenant, JobId::from_parts(START, [7; 10]), secret(&job)),
        (stranger, job.job_id, secret(&job)),
    ] {
        assert_eq!(by(tenant, job_id, secret), Err(CallError::Refused(JobError::NotFound)));
    }
    assert_eq!(world.object_count(), before, "nobody's object was made");
    assert!(by(world.tenant, job.job_id, secret(&job)).is_ok());

    let rotated =
        run(world.heartbeats().rotate_ping(&world.context(), GetJob { job_id: job.job_id })).unwrap();
    assert_ne!(secret(&rotated), secret(&job));
    assert_eq!(by(world.tenant, job.job_id, secret(&job)), Err(CallError::Refused(JobError::NotFound)));
    assert!(by(world.tenant, job.job_id, secret(&rotated)).is_ok());
    run(world.jobs.delete_job(&world.context(), GetJob { job_id: job.job_id })).unwrap();
    assert_eq!(by(world.tenant, job.job_id, secret(&rotated)), Err(CallError::Refused(JobError::NotFound)));
}

#[test]
fn more_pings_than_are_of_use_are_refused_for_a_while() {
    let world = World::new();
    let job_id = world.create(each(HOUR, MINUTE)).unwrap().job_id;
    for _ in 0..100 {
        world.ping(job_id);
    }
    let request = PingJob { job_id, status: PingStatus::Success, message: None };
    let refused = run(world.heartbeats().ping_job(&world.context(), request));
    assert_eq!(refused, Err(CallError::Refused(JobError::TooManyPings { most: 100, within_s: 10 })));
    world.pass(10 * SECOND);
    world.ping(job_id);
}

#[test]
fn what_has_no_meaning_for_it_is_refused_with_its_pointer() {
    let world = World::new();
    let good = each(10 * MINUTE, MINUTE);
    let policy = |policy| CreateJob { policy, ..good.clone() };
    let usual = Policy::default;
    for (request, pointer) in [
        (each(MINUTE, 999), "/task/grace"),
        (each(MINUTE, 7 * DAY + 1), "/task/grace"),
        (each(SECOND, 2 * MINUTE), "/task/grace"),
        (
            CreateJob { retry: RetryPolicy { max_attempts: 1, ..RetryPolicy::default() }, ..good.clone() },
            "/retry",
        ),
        (policy(Policy { misfire: Misfire::All, ..usual() }), "/misfire"),
        (policy(Policy { overlap: Overlap::Skip, ..usual() }), "/overlap"),
        (policy(Policy { timeout_ms: Some(5_000), ..usual() }), "/timeout"),
        (
            policy(Policy { concurrency: Some(Concurrency { group: "g".into(), limit: 1 }), ..usual() }),
            "/concurrency",
        ),
        (
            CreateJob { calendar: Calendar { jitter_ms: 5, ..Calendar::default() }, ..good.clone() },
            "/schedule/jitter",
        ),
    ] {
        match world.create(request) {
            Err(CallError::Refused(JobError::Invalid { pointer: found, .. })) => assert_eq!(found, pointer),
            other => panic!("{pointer}: {other:?}"),
        }
    }
    let job_id = world.create(good).unwrap().job_id;
    let usual_job = world.create(every(HOUR)).unwrap().job_id;
    let change = |job_id, task| {
        let request = ChangeJob {
            job_id,
            version: None,
            name: None,
            timing: None,
            task: Some(task),
            retry: None,
            policy: PolicyChange::default(),
        };
        run(world.jobs.change_job(&world.context(), request)).map(drop)
    };
    for (job_id, task) in [(job_id, Task::Purge {}), (usual_job, Task::Heartbeat { grace_ms: MINUTE })] {
        match change(job_id, task) {
            Err(CallError::Refused(JobError::Invalid { pointer, .. })) => assert_eq!(pointer, "/task/kind"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(change(job_id, Task::Heartbeat { grace_ms: 2 * MINUTE }), Ok(()));
    let refused = Err(CallError::Refused(JobError::Heartbeat));
    assert_eq!(run(world.jobs.run_job(&world.context(), GetJob { job_id })).map(drop), refused);
    let at = Timestamp::from_unix_ms;
    let range = BackfillJob { job_id, from: at(START - DAY), until: at(START) };
    assert_eq!(run(world.jobs.backfill_job(&world.context(), range)).map(drop), refused);
    let ping = PingJob { job_id: usual_job, status: PingStatus::Success, message: None };
    let refused = run(world.heartbeats().ping_job(&world.context(), ping));
    assert_eq!(refused, Err(CallError::Refused(JobError::NoHeartbeat)));
}

#[test]
fn it_tells_of_the_first_failure_unless_it_is_told_otherwise() {
    let world = World::new();
    let after = |after| Policy { alert: Some(AlertPolicy { after }), ..Policy::default() };
    let patient = world.create(CreateJob { policy: after(3), ..each(MINUTE, SECOND) }).unwrap();
    assert_eq!(patient.policy.alert, Some(AlertPolicy { after: 3 }));
    let job_id = patient.job_id;
    let cleared = PolicyChange { cleared: vec![PolicySetting::Alert], ..PolicyChange::default() };
    world.pass(2 * MINUTE + 2 * SECOND);
    assert_eq!(world.told(job_id), Vec::<String>::new());
    world.pass(MINUTE);
    assert_eq!(world.told(job_id), ["job.failing"]);
    let request = ChangeJob {
        job_id,
        version: None,
        name: None,
        timing: None,
        task: None,
        retry: None,
        policy: cleared,
    };
    let changed = run(world.jobs.change_job(&world.context(), request)).unwrap();
    assert_eq!(changed.policy.alert, Some(AlertPolicy { after: 1 }));
}

#[test]
fn another_schedule_leaves_what_is_expected_and_names_the_times_from_then_on() {
    let world = World::new();
    let job_id = world.create(each(10 * MINUTE, 5 * MINUTE)).unwrap().job_id;
    world.pass(11 * MINUTE);
    let timing = Timing {
        schedule: Schedule::Every { interval_ms: HOUR, anchor: None },
        calendar: Calendar::default(),
    };
    let request = ChangeJob {
        job_id,
        version: None,
        name: None,
        timing: Some(timing),
        task: None,
        retry: None,
        policy: PolicyChange::default(),
    };
    run(world.jobs.change_job(&world.context(), request)).unwrap();
    assert_eq!(world.ledger(job_id), [(600, Pending, None)]);
    world.pass(MINUTE);
    assert_eq!(world.ping(job_id), [600]);
    world.pass(HOUR);
    assert_eq!(world.ledger(job_id)[1], (3600, Failed, None));
}
