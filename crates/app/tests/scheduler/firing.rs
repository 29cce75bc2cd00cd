//! What the alarm does: on time, late, and when the pipeline fails.

use contracts::scheduler::{CreateJob, JobStatus, RetryPolicy, RunOutcome};
use test_kit::schedule::Mishap;

use crate::world::{HOUR, MINUTE, SECOND, START, World, every, once_at, seconds};

fn with_retry(max_attempts: u32, delay_ms: u32) -> CreateJob {
    CreateJob { retry: RetryPolicy { max_attempts, delay_ms, ..RetryPolicy::default() }, ..every(HOUR) }
}

#[test]
fn a_job_fires_at_its_times_and_each_run_is_recorded() {
    let world = World::new();
    let job = world.create(every(15 * SECOND)).unwrap();
    world.pass(MINUTE);
    assert_eq!(world.fired_at(job.job_id), [15, 30, 45, 60]);
    let runs = world.runs(job.job_id);
    assert_eq!(seconds(runs.iter().map(|run| run.scheduled_for)), [15, 30, 45, 60]);
    for run in &runs {
        assert_eq!((run.outcome, run.attempts, run.error.as_deref()), (RunOutcome::Succeeded, 1, None));
        assert_eq!((run.started_at, run.ended_at), (Some(run.scheduled_for), Some(run.scheduled_for)));
        assert!(run.event_id.is_some());
    }
    let traces: std::collections::BTreeSet<_> = runs.iter().map(|run| &run.trace_id).collect();
    assert_eq!(traces.len(), 4, "each run has a trace of its own");
    assert_eq!(seconds(world.job(job.job_id).next_run_at), [75]);
}

#[test]
fn lateness_does_not_add_up() {
    let world = World::new();
    let job = world.create(every(10 * SECOND)).unwrap();
    for _ in 0..5 {
        // Each time the alarm comes seven seconds late.
        world.be_down(10 * SECOND + 700);
        world.ring();
    }
    assert_eq!(world.fired_at(job.job_id), [10, 20, 30, 40, 50]);
}

#[test]
fn after_a_time_of_being_down_the_latest_is_run_and_the_others_are_one_line() {
    let world = World::new();
    let job = world.create(every(MINUTE)).unwrap();
    let once = world.create(once_at(START + 5 * MINUTE)).unwrap();
    world.be_down(HOUR + 30 * SECOND);
    world.pass(0);
    assert_eq!(world.fired_at(job.job_id), [3600]);
    let runs = world.runs(job.job_id);
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0].outcome, RunOutcome::Missed);
    assert_eq!(seconds([runs[0].scheduled_for]), [3540]);
    assert_eq!(
        runs[0].error.as_deref(),
        Some(
            "did not run 59 times, from 2026-11-22T07:01:00Z to 2026-11-22T07:59:00Z: the scheduler was down or busy"
        )
    );
    assert_eq!((runs[1].outcome, runs[1].started_at), (RunOutcome::Succeeded, Some(world_now(&world))));
    assert_eq!(world.fired_at(once.job_id), [300], "a single time runs late, not never");
    assert_eq!(seconds(world.job(job.job_id).next_run_at), [3660]);
}

fn world_now(world: &World) -> contracts::Timestamp {
    app::ports::Clock::now(&world.clock)
}

#[test]
fn a_failed_run_is_tried_again_after_doubling_waits() {
    let world = World::new();
    let job = world.create(with_retry(4, 2_000)).unwrap();
    world.pipeline.plan([Some(Mishap::Unavailable), Some(Mishap::Unavailable), Some(Mishap::Unavailable)]);
    world.pass(HOUR - 1);
    let mut waits = Vec::new();
    for _ in 0..4 {
        let at = world.alarm().unwrap();
        waits.push((at.unix_ms() - START - HOUR) / SECOND);
        world.pass(at.unix_ms() - world_now(&world).unix_ms());
    }
    assert_eq!(waits, [0, 2, 6, 14]);
    let runs = world.runs(job.job_id);
    assert_eq!(runs.len(), 1, "the tries are of one run");
    let done = &runs[0];
    assert_eq!((done.outcome, done.attempts, done.error.as_deref()), (RunOutcome::Succeeded, 4, None));
    assert_eq!(seconds(done.started_at), [3600]);
    assert_eq!(seconds(done.ended_at), [3614]);
    let traces = world.pipeline.traces();
    assert!(traces.iter().all(|trace| *trace == done.trace_id), "the tries are of one trace");
}

#[test]
fn a_run_waiting_for_its_next_try_says_why() {
    let world = World::new();
    let job = world.create(with_retry(2, 5_000)).unwrap();
    world.pipeline.plan([Some(Mishap::Unavailable)]);
    world.pass(HOUR);
    let waiting = &world.runs(job.job_id)[0];
    assert_eq!((waiting.outcome, waiting.attempts), (RunOutcome::Pending, 1));
    assert_eq!(waiting.error.as_deref(), Some("accepting events was temporarily unavailable"));
}

#[test]
fn the_tries_end() {
    let world = World::new();
    let job = world.create(with_retry(3, 1_000)).unwrap();
    world.pipeline.plan(vec![Some(Mishap::Unavailable); 3]);
    world.pass(HOUR + 10 * MINUTE);
    let failed = &world.runs(job.job_id)[0];
    assert_eq!((failed.outcome, failed.attempts, failed.event_id), (RunOutcome::Failed, 3, None));
    assert_eq!(world.pipeline.calls(), 3);
    assert_eq!(world.job(job.job_id).status, JobStatus::Active, "the job goes on");
    world.pass(HOUR);
    assert_eq!(world.fired_at(job.job_id), [7200]);
}

#[test]
fn a_refusal_is_for_good() {
    let world = World::new();
    let job = world.create(with_retry(10, 1_000)).unwrap();
    world.pipeline.plan([Some(Mishap::Refused)]);
    world.pass(HOUR + 10 * MINUTE);
    let failed = &world.runs(job.job_id)[0];
    assert_eq!((failed.outcome, failed.attempts), (RunOutcome::Failed, 1));
    assert_eq!(failed.error.as_deref(), Some("the event was refused: the body is over the limit of 1 bytes"));
}

#[test]
fn a_lost_answer_gives_one_event() {
    let world = World::new();
    let job = world.create(with_retry(3, 1_000)).unwrap();
    world.pipeline.plan([Some(Mishap::AnswerLost)]);
    world.run_now(job.job_id);
    world.pass(10 * SECOND);
    assert_eq!(world.pipeline.calls(), 2);
    let events = world.pipeline.events(world.tenant);
    assert_eq!(events.len(), 1);
    let done = &world.runs(job.job_id)[0];
    assert_eq!((done.outcome, done.event_id), (RunOutcome::Succeeded, Some(events[0].1)));
}

#[test]
fn a_job_deleted_while_it_is_retried_is_tried_no_more() {
    let world = World::new();
    let job = world.create(with_retry(10, 1_000)).unwrap();
    world.pipeline.plan(vec![Some(Mishap::Unavailable); 10]);
    world.pass(HOUR);
    let request = contracts::scheduler::GetJob { job_id: job.job_id };
    test_kit::run(world.jobs.delete_job(&world.context(), request)).unwrap();
    world.pass(HOUR);
    assert_eq!(world.pipeline.calls(), 1);
    assert_eq!(world.alarm(), None);
}

#[test]
fn more_than_one_alarm_can_carry_is_carried_by_several() {
    let world = World::new();
    let jobs: Vec<_> = (0..55).map(|_| world.create(every(HOUR)).unwrap().job_id).collect();
    world.be_down(HOUR);
    world.ring();
    assert_eq!(world.pipeline.calls(), 20);
    assert!(world.alarm().is_some_and(|at| at <= world_now(&world)), "the rest is due at once");
    world.pass(0);
    for job_id in jobs {
        assert_eq!(world.fired_at(job_id), [3600]);
    }
    assert_eq!(world.pipeline.calls(), 55);
}
