//! What is told of runs and jobs afterwards: each try, what is late, what fails, and for how long it is kept.

use contracts::scheduler::{CreateJob, JobStanding, ListJobs, RetryPolicy, RunOutcome, RunTrigger};
use ids::JobId;
use test_kit::run;
use test_kit::schedule::Mishap;

use crate::world::{HOUR, MINUTE, SECOND, START, World, every, once_at};

fn standing(world: &World, standing: JobStanding) -> Vec<JobId> {
    let request = ListJobs { before: None, limit: 9, standing: Some(standing) };
    let page = run(world.jobs.list_jobs(&world.context(), request)).unwrap();
    page.items.into_iter().map(|job| job.job_id).collect()
}

#[test]
fn each_try_is_told_with_its_times_and_its_error() {
    let world = World::new();
    let retry = RetryPolicy { max_attempts: 3, delay_ms: 10_000, ..RetryPolicy::default() };
    let job_id = world.create(CreateJob { retry, ..once_at(START + MINUTE) }).unwrap().job_id;
    world.pipeline.plan([Some(Mishap::Unavailable), Some(Mishap::Unavailable)]);
    world.pass(HOUR);
    let run = &world.runs(job_id)[0];
    assert_eq!((run.outcome, run.attempts, run.trigger), (RunOutcome::Succeeded, 3, RunTrigger::Schedule));
    let told: Vec<_> = run
        .tries
        .iter()
        .map(|made| {
            ((made.started_at.unix_ms() - START) / SECOND, made.ended_at.is_some(), made.error.is_some())
        })
        .collect();
    assert_eq!(told, [(60, true, true), (70, true, true), (90, true, false)]);
    assert_eq!(world.run_now(job_id).trigger, RunTrigger::Caller);
}

#[test]
fn an_interrupted_try_says_so() {
    let world = World::new();
    let job_id = world.create(once_at(START + MINUTE)).unwrap().job_id;
    world.be_down(MINUTE);
    assert!(world.die_while_ringing(1));
    world.pass(MINUTE);
    let run = &world.runs(job_id)[0];
    assert_eq!((run.outcome, run.tries.len()), (RunOutcome::Succeeded, 2));
    assert_eq!(run.tries[0].ended_at, None);
    assert!(run.tries[0].error.as_ref().is_some_and(|error| error.contains("interrupted")), "{run:?}");
    assert_eq!(run.tries[1].error, None);
}

#[test]
fn jobs_that_are_behind_or_fail_are_found_over_the_tenant() {
    let world = World::new();
    let retry = RetryPolicy { max_attempts: 1, delay_ms: 0, ..RetryPolicy::default() };
    let well = world.create(every(HOUR)).unwrap().job_id;
    world.pass(1);
    let fails = world.create(CreateJob { retry, ..every(HOUR) }).unwrap().job_id;
    assert_eq!(standing(&world, JobStanding::Due), []);
    world.be_down(HOUR);
    assert_eq!(standing(&world, JobStanding::Due), [fails, well], "newest first");
    assert_eq!(standing(&world, JobStanding::Late), []);
    world.be_down(MINUTE);
    assert_eq!(standing(&world, JobStanding::Late), [fails, well]);
    world.pipeline.plan([None, Some(Mishap::Refused)]);
    world.pass(0);
    assert_eq!(standing(&world, JobStanding::Due), []);
    let failing: Vec<_> =
        [well, fails].into_iter().filter(|id| world.job(*id).failing_since.is_some()).collect();
    assert_eq!(standing(&world, JobStanding::Failing), failing);
    assert_eq!(failing.len(), 1);
    world.pass(HOUR);
    assert_eq!(standing(&world, JobStanding::Failing), [], "it succeeded");
    world.be_down(2 * HOUR);
    let stranger = world.context_of(world.another_tenant());
    let request = ListJobs { before: None, limit: 9, standing: Some(JobStanding::Late) };
    assert_eq!(run(world.jobs.list_jobs(&stranger, request)).unwrap().items, [], "another tenant's are none");
}

#[test]
fn runs_are_kept_for_four_hundred_days() {
    let world = World::new();
    let job_id = world.create(every(30 * 24 * HOUR)).unwrap().job_id;
    world.pass(450 * 24 * HOUR);
    let runs = world.runs(job_id);
    let first = (runs[0].scheduled_for.unix_ms() - START) / HOUR / 24;
    assert_eq!((first, runs.len()), (60, 14));
}
