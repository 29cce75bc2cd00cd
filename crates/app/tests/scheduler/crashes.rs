//! The object dies or its store fails, at every point where it can: one run, one effect, and the alarm goes on.

use contracts::scheduler::{CreateJob, RetryPolicy, RunOutcome};
use test_kit::When;
use test_kit::schedule::Mishap;

use crate::world::{HOUR, MINUTE, START, World, every, once_at};

/// One effect, and one run that says so.
fn check(world: &World, job_id: ids::JobId, what: &str) {
    assert_eq!(world.fired_at(job_id), [60], "{what}");
    let runs = world.runs(job_id);
    assert_eq!(runs.len(), 1, "{what}");
    assert_eq!(runs[0].outcome, RunOutcome::Succeeded, "{what}");
    assert_eq!(runs[0].event_id, Some(world.pipeline.events(world.tenant)[0].1), "{what}");
    assert_eq!(world.alarm(), None, "{what}");
}

#[test]
fn a_store_or_alarm_that_fails_anywhere_in_the_handler_costs_time_only() {
    for when in [When::Before, When::After] {
        for nth in 1.. {
            let world = World::new();
            let job = world.create(once_at(START + MINUTE)).unwrap();
            world.be_down(MINUTE);
            world.faults.fail_nth_of_all(world.operations() + nth, when);
            world.ring();
            if world.faults.fired() == 0 {
                assert!(nth > 8, "only {nth} operations were tried");
                break;
            }
            world.pass(HOUR);
            check(&world, job.job_id, &format!("{when:?}, operation {nth}"));
        }
    }
}

#[test]
fn an_object_that_dies_anywhere_in_its_handler_starts_again_where_it_was() {
    let mut deaths = 0;
    for turns in 1.. {
        let world = World::new();
        let job = world.create(once_at(START + MINUTE)).unwrap();
        world.be_down(MINUTE);
        let died = world.die_while_ringing(turns);
        if died && world.pipeline.calls() == 0 {
            // Before the pipeline has seen it: the try is on record, and its effect is still to come.
            assert_eq!(world.runs(job.job_id)[0].outcome, RunOutcome::Running);
        }
        world.pass(HOUR);
        check(&world, job.job_id, &format!("after {turns} turns"));
        if !died {
            break;
        }
        deaths += 1;
    }
    assert!(deaths >= 2, "before the call and after it, at least");
}

#[test]
fn what_was_interrupted_is_taken_up_at_once_by_the_next_instance() {
    let world = World::new();
    let job = world.create(once_at(START + MINUTE)).unwrap();
    world.be_down(MINUTE);
    assert!(world.die_while_ringing(1));
    world.pass(0);
    assert_eq!(world.runs(job.job_id)[0].outcome, RunOutcome::Succeeded);
    assert_eq!(world.runs(job.job_id)[0].attempts, 2, "the interrupted try counts");
}

#[test]
fn an_interrupted_last_try_is_tried_again_because_nobody_knows_what_came_of_it() {
    let world = World::new();
    let once = CreateJob {
        retry: RetryPolicy { max_attempts: 1, delay_ms: 0, ..RetryPolicy::default() },
        ..once_at(START + MINUTE)
    };
    let job = world.create(once).unwrap();
    world.be_down(MINUTE);
    assert!(world.die_while_ringing(1));
    world.pass(HOUR);
    check(&world, job.job_id, "with a single try");
}

#[test]
fn a_run_that_brings_its_object_down_each_time_comes_to_an_end() {
    let world = World::new();
    let job = world.create(CreateJob {
        retry: RetryPolicy { max_attempts: 2, delay_ms: 0, ..RetryPolicy::default() },
        ..once_at(START + MINUTE)
    });
    let job_id = job.unwrap().job_id;
    world.be_down(MINUTE);
    for _ in 0..5 {
        assert!(world.die_while_ringing(1));
    }
    world.pass(HOUR);
    let run = &world.runs(job_id)[0];
    assert_eq!((run.outcome, run.attempts), (RunOutcome::Failed, 5));
    assert_eq!(
        run.error.as_deref(),
        Some("its last try was interrupted, so whether it took effect is unknown")
    );
    assert_eq!(world.alarm(), None);
}

#[test]
fn a_restart_between_two_tries_keeps_the_wait() {
    let world = World::new();
    let retry = RetryPolicy { max_attempts: 3, delay_ms: 10_000, ..RetryPolicy::default() };
    let job = world.create(CreateJob { retry, ..every(HOUR) }).unwrap();
    world.pipeline.plan([Some(Mishap::Unavailable)]);
    world.pass(HOUR + 1);
    world.restart();
    world.pass(9_998);
    assert_eq!(world.pipeline.calls(), 1);
    world.pass(1);
    assert_eq!((world.pipeline.calls(), world.fired_at(job.job_id).len()), (2, 1));
}
