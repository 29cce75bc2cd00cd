//! What a job may be.

use contracts::Timestamp;
use contracts::scheduler::{CreateJob, JobError, RetryPolicy, RunOutcome, Schedule, Task};
use mesh::CallError;

use crate::world::{MINUTE, SECOND, World, every};

const DAY: u64 = 24 * 60 * MINUTE;

fn event(source: &str, kind: &str, payload: String) -> Task {
    Task::Event { source: source.into(), kind: kind.into(), payload }
}

#[test]
fn what_is_out_of_bounds_is_refused_by_its_pointer() {
    let world = World::new();
    let base = || every(MINUTE);
    let named = |chars: usize| CreateJob { name: "ü".repeat(chars), ..base() };
    let at = |ms| CreateJob { schedule: Schedule::At { at: Timestamp::from_unix_ms(ms) }, ..base() };
    let with = |task| CreateJob { task, ..base() };
    let json = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    let retry = |max_attempts, delay_ms| CreateJob {
        retry: RetryPolicy { max_attempts, delay_ms, ..RetryPolicy::default() },
        ..base()
    };
    for (request, pointer) in [
        (named(0), Some("/name")),
        (named(1), None),
        (named(200), None),
        (named(201), Some("/name")),
        (CreateJob { name: "two\nlines".into(), ..base() }, Some("/name")),
        (every(SECOND - 1), Some("/schedule/every")),
        (every(SECOND), None),
        (every(366 * DAY), None),
        (every(366 * DAY + 1), Some("/schedule/every")),
        (at(0), None),
        (at(253_402_300_799_999), None),
        (at(u64::MAX), Some("/schedule/at")),
        (with(event("", "k", "{}".into())), Some("/task/source")),
        (with(event(&"s".repeat(129), "k", "{}".into())), Some("/task/source")),
        (with(event("s", "", "{}".into())), Some("/task/type")),
        (with(event("s", "k", json(64 * 1024))), None),
        (with(event("s", "k", json(64 * 1024 + 1))), Some("/task/payload")),
        (with(event("s", "k", "{\"open\":".into())), Some("/task/payload")),
        (with(event("s", "k", String::new())), Some("/task/payload")),
        (retry(0, 1), Some("/retry/max_attempts")),
        (retry(1, 0), None),
        (retry(10, 3_600_000), None),
        (retry(11, 1), Some("/retry/max_attempts")),
        (retry(1, 3_600_001), Some("/retry/delay")),
    ] {
        let told = match world.create(request.clone()) {
            Ok(_) => None,
            Err(CallError::Refused(JobError::Invalid { pointer, .. })) => Some(pointer),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(told.as_deref(), pointer, "{:?} {:?}", request.schedule, request.retry);
    }
}

#[test]
fn a_job_keeps_its_last_thousand_runs() {
    let world = World::new();
    let job = world.create(every(SECOND)).unwrap();
    world.pass(1_005 * SECOND);
    let mut before = None;
    let mut kept = 0;
    loop {
        let request =
            contracts::scheduler::ListRuns { job_id: job.job_id, before, limit: 200, outcome: None };
        let page = test_kit::run(world.jobs.list_runs(&world.context(), request)).unwrap();
        assert!(page.items.iter().all(|run| run.outcome == RunOutcome::Succeeded));
        kept += page.items.len();
        before = page.next_before;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(kept, 1_000);
    assert_eq!(world.pipeline.events(world.tenant).len(), 1_005);
}
