//! Cron schedules, calendars and changes of clocks, through the service.

use contracts::Timestamp;
use contracts::scheduler::{
    Calendar, ClockChange, CreateJob, FoldRule, GapRule, JobError, JobStatus, RunOutcome, Schedule,
};
use mesh::CallError;

use crate::world::{HOUR, MINUTE, SECOND, START, World, every, seconds};

const DAY: u64 = 24 * HOUR;

fn cron(pattern: &str, timezone: &str) -> CreateJob {
    let schedule =
        Schedule::Cron { pattern: pattern.into(), timezone: timezone.into(), gap: None, fold: None };
    CreateJob { schedule, ..every(MINUTE) }
}

fn at(ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

#[test]
fn a_cron_job_fires_at_its_times_and_shows_what_was_decided_for_it() {
    let world = World::new();
    // The world begins on a Sunday at 07:00 UTC, which is 08:00 in Berlin.
    let job = world.create(cron("*/20 9 * * SUN", "europe/berlin")).unwrap();
    let expect = Schedule::Cron {
        pattern: "*/20 9 * * SUN".into(),
        timezone: "Europe/Berlin".into(),
        gap: Some(GapRule::Skip),
        fold: Some(FoldRule::Twice),
    };
    assert_eq!(job.schedule, expect);
    assert_eq!(seconds(job.preview.clone())[..4], [3_600, 4_800, 6_000, 604_800 + 3_600]);
    assert_eq!(
        (job.preview.len(), job.next_run_at, world.alarm()),
        (10, Some(job.preview[0]), Some(job.preview[0]))
    );
    world.pass(DAY);
    assert_eq!(world.fired_at(job.job_id), [3_600, 4_800, 6_000]);
    let daily = world.create(cron("30 8 * * *", "Europe/Berlin")).unwrap();
    let Schedule::Cron { gap, fold, .. } = daily.schedule else { panic!("{:?}", daily.schedule) };
    assert_eq!((gap, fold), (Some(GapRule::NextValid), Some(FoldRule::Once)));
}

#[test]
fn what_the_clocks_did_is_on_record() {
    let world = World::new();
    let with = |gap, fold| {
        let (pattern, timezone) = ("30 2 * * *".into(), "Europe/Berlin".into());
        let schedule = Schedule::Cron { pattern, timezone, gap: Some(gap), fold: Some(fold) };
        world.create(CreateJob { schedule, ..every(MINUTE) }).unwrap().job_id
    };
    let (shifted, skipped) = (with(GapRule::NextValid, FoldRule::Once), with(GapRule::Skip, FoldRule::Twice));
    world.pass(360 * DAY);
    let odd = |job_id| -> Vec<_> {
        let mut runs = Vec::new();
        let mut before = None;
        loop {
            let request = contracts::scheduler::ListRuns { job_id, before, limit: 200, outcome: None };
            let page = test_kit::run(world.jobs.list_runs(&world.context(), request)).unwrap();
            runs.extend(page.items);
            before = page.next_before;
            if before.is_none() {
                break;
            }
        }
        runs.reverse();
        let odd = runs.into_iter().filter(|run| run.clock_change.is_some());
        odd.map(|run| (run.scheduled_for.unix_ms(), run.outcome, run.clock_change.unwrap())).collect()
    };
    // 28 March and 31 October 2027, 01:00 UTC.
    let (spring, autumn) = (1_806_195_600_000, 1_824_944_400_000);
    let local_time = || "2027-03-28T02:30:00".to_owned();
    assert_eq!(
        odd(shifted),
        [
            (spring, RunOutcome::Succeeded, ClockChange::Shifted { local_time: local_time() }),
            (autumn - 30 * MINUTE, RunOutcome::Succeeded, ClockChange::FirstOfTwo),
        ]
    );
    let skipping = ClockChange::Skipped { first_local_time: local_time(), last_local_time: local_time() };
    assert_eq!(
        odd(skipped),
        [
            (spring, RunOutcome::SkippedGap, skipping),
            (autumn - 30 * MINUTE, RunOutcome::Succeeded, ClockChange::FirstOfTwo),
            (autumn + 30 * MINUTE, RunOutcome::Succeeded, ClockChange::SecondOfTwo),
        ]
    );
}

#[test]
fn bounds_and_excluded_dates_hold_and_a_job_past_its_end_is_finished() {
    let world = World::new();
    let calendar = Calendar {
        starts_at: Some(at(START + 2 * HOUR)),
        ends_at: Some(at(START + 3 * DAY)),
        excluded: vec!["2026-11-23".into(), "2026-11-24".into()],
        timezone: None,
        jitter_ms: 0,
    };
    let job = world.create(CreateJob { calendar: calendar.clone(), ..every(6 * HOUR) }).unwrap();
    assert_eq!(seconds(job.preview), [6 * 3600, 12 * 3600, 66 * 3600]);
    assert_eq!(job.calendar, calendar);
    world.pass(4 * DAY);
    assert_eq!(world.fired_at(job.job_id), [6 * 3600, 12 * 3600, 66 * 3600]);
    assert_eq!(world.job(job.job_id).status, JobStatus::Finished);
}

#[test]
fn an_anchor_is_a_phase_before_or_after_the_creation() {
    let world = World::new();
    for anchor in [START - 5 * DAY + 7 * SECOND, START + 7 * SECOND, START + 5 * DAY + 7 * SECOND] {
        let schedule = Schedule::Every { interval_ms: MINUTE, anchor: Some(at(anchor)) };
        let job = world.create(CreateJob { schedule, ..every(MINUTE) }).unwrap();
        assert_eq!(seconds(job.preview)[..3], [7, 67, 127], "{anchor}");
    }
}

#[test]
fn jitter_delays_the_run_and_not_its_time() {
    let world = World::new();
    let calendar = Calendar { jitter_ms: 30_000, ..Calendar::default() };
    let job = world.create(CreateJob { calendar, ..every(MINUTE) }).unwrap();
    world.pass(10 * MINUTE + 30 * SECOND);
    let runs = world.runs(job.job_id);
    assert_eq!(
        seconds(runs.iter().map(|run| run.scheduled_for)),
        (1..=10).map(|n| n * 60).collect::<Vec<_>>()
    );
    let late: Vec<_> =
        runs.iter().map(|run| run.started_at.unwrap().unix_ms() - run.scheduled_for.unix_ms()).collect();
    assert!(late.iter().all(|late| *late < 30_000) && late.iter().any(|late| *late > 5_000), "{late:?}");
}

#[test]
fn what_cannot_be_scheduled_is_refused_by_its_pointer() {
    let world = World::new();
    let calendar = |calendar| CreateJob { calendar, ..every(MINUTE) };
    let bare = Calendar::default;
    for (request, pointer, part) in [
        (cron("0 0 31 2 *", "UTC"), "/schedule/cron", "no date fits `31 2 *`"),
        (cron("* * *", "UTC"), "/schedule/cron", "use five fields"),
        (cron("@daily", "Europe/Berlim"), "/schedule/timezone", "did you mean `Europe/Berlin`"),
        (calendar(Calendar { jitter_ms: 3_600_001, ..bare() }), "/schedule/jitter", "at most an hour"),
        (
            calendar(Calendar { starts_at: Some(at(START)), ends_at: Some(at(START)), ..bare() }),
            "/schedule/end",
            "after the start",
        ),
        (calendar(Calendar { ends_at: Some(at(START - 1)), ..bare() }), "/schedule", "names no time"),
        (
            calendar(Calendar { excluded: vec!["2026-11-22".into(), "soon".into()], ..bare() }),
            "/schedule/exclude/1",
            "`2026-12-25`",
        ),
        (calendar(Calendar { excluded: vec!["2026-11-22".into(); 1_001], ..bare() }), "", ""),
        (
            calendar(Calendar { timezone: Some("Nowhere".into()), ..bare() }),
            "/schedule/timezone",
            "no time zone",
        ),
    ] {
        match world.create(request.clone()) {
            Err(CallError::Refused(JobError::Invalid { pointer: told, detail })) => {
                assert_eq!(told, pointer, "{detail}");
                assert!(detail.contains(part), "{detail}");
            }
            // The same date a thousand times is one date.
            Ok(_) if pointer.is_empty() => {}
            other => panic!("{:?}: {other:?}", request.schedule),
        }
    }
}
