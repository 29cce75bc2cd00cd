//! Alerts: as many failures in a row as a job says are told once, a recovery is told once, whatever crashes meanwhile.

use contracts::scheduler::{
    AlertPolicy, CreateJob, JobError, JobRun, Misfire, Policy, RetryPolicy, RunOutcome,
};
use ids::JobId;
use mesh::CallError;
use serde_json::Value;
use test_kit::When;
use test_kit::schedule::Mishap;

use crate::world::{HOUR, MINUTE, World, every};

fn telling(after: u32) -> CreateJob {
    CreateJob {
        retry: RetryPolicy { max_attempts: 1, ..RetryPolicy::default() },
        policy: Policy { alert: Some(AlertPolicy { after }), ..Policy::default() },
        ..every(MINUTE)
    }
}

/// What a tenant was told of a job, in the order of the runs that led to it: the type, and what it says.
fn told(world: &World, job_id: JobId) -> Vec<(String, Value)> {
    let prefix = format!("{job_id}:job.");
    let events = world.pipeline.events(world.tenant).into_iter();
    let mut told: Vec<_> = events
        .filter(|(key, _)| key.starts_with(&prefix))
        .map(|(key, event_id)| {
            let payload: Value = serde_json::from_str(&world.pipeline.payload(event_id).unwrap()).unwrap();
            let kind = key[job_id.to_string().len() + 1..].split(':').next().unwrap().to_owned();
            (kind, payload)
        })
        .collect();
    told.sort_by_key(|(_, payload)| payload["run"]["scheduled_for"].to_string());
    told
}

fn kinds(world: &World, job_id: JobId) -> Vec<String> {
    told(world, job_id).into_iter().map(|(kind, _)| kind).collect()
}

#[test]
fn failures_in_a_row_are_told_once_and_so_is_their_end() {
    let world = World::new();
    let job_id = world.create(telling(3)).unwrap().job_id;
    let refused = || Some(Mishap::Refused);
    // The third failure is told by the next call, which is not to be refused.
    world.pipeline.plan([refused(), refused(), refused(), None, refused(), refused(), None]);
    world.pass(3 * MINUTE);
    let [(kind, failing)] = told(&world, job_id).try_into().unwrap();
    assert_eq!((kind.as_str(), &failing["failures"]), ("job.failing", &Value::from(3)));
    assert_eq!(failing["job"]["id"], job_id.to_string());
    assert_eq!(failing["job"]["name"], "Digest");
    assert_eq!(failing["run"]["outcome"], "failed");
    assert!(failing["run"]["error"].as_str().unwrap().contains("refused"), "{failing}");
    assert_eq!(failing["run"]["id"], world.runs(job_id)[2].run_id.to_string());

    world.pass(2 * MINUTE);
    assert_eq!(kinds(&world, job_id), ["job.failing"], "not again while it goes on");
    world.pass(3 * MINUTE);
    assert_eq!(kinds(&world, job_id), ["job.failing", "job.recovered"]);
    world.pipeline.plan([refused(), refused(), refused()]);
    world.pass(3 * MINUTE);
    assert_eq!(kinds(&world, job_id), ["job.failing", "job.recovered", "job.failing"]);
}

#[test]
fn missed_times_count_and_a_job_that_asks_for_nothing_is_told_nothing() {
    let world = World::new();
    let (quiet, loud) = (world.create(every(MINUTE)).unwrap(), telling(10));
    let loud = CreateJob { policy: Policy { misfire: Misfire::None, ..loud.policy }, ..loud };
    let job_id = world.create(loud).unwrap().job_id;
    world.be_down(HOUR);
    world.pass(0);
    let (kind, failing) = told(&world, job_id).remove(0);
    assert_eq!(kind, "job.failing");
    assert!(failing["failures"].as_u64().unwrap() >= 50, "{failing}");
    assert_eq!(failing["run"]["outcome"], "missed");
    world.pass(2 * MINUTE);
    assert_eq!(kinds(&world, job_id), ["job.failing", "job.recovered"]);
    assert_eq!(told(&world, quiet.job_id), []);
}

#[test]
fn an_alert_that_is_not_taken_is_told_later_and_one_event_comes_of_it() {
    for mishap in [Mishap::Unavailable, Mishap::AnswerLost] {
        let world = World::new();
        let job_id = world.create(telling(1)).unwrap().job_id;
        world.pipeline.plan([Some(Mishap::Refused), Some(mishap.clone()), Some(mishap)]);
        world.pass(MINUTE);
        world.pass(30_000);
        assert_eq!(kinds(&world, job_id), ["job.failing"]);
    }
}

#[test]
fn whatever_fails_or_dies_meanwhile_each_is_told_once() {
    let one_failure = |world: &World| {
        let job_id = world.create(telling(1)).unwrap().job_id;
        world.pipeline.plan([Some(Mishap::Refused)]);
        world.be_down(MINUTE);
        job_id
    };
    let check = |world: &World, job_id, what: &str| {
        world.pass(10 * MINUTE);
        // Where the refusal itself was not kept, the run was tried again, and succeeded.
        let bad = |run: &JobRun| matches!(run.outcome, RunOutcome::Failed | RunOutcome::Missed);
        match world.runs(job_id).iter().any(bad) {
            true => assert_eq!(kinds(world, job_id), ["job.failing", "job.recovered"], "{what}"),
            false => assert_eq!(told(world, job_id), [], "{what}"),
        }
    };
    for when in [When::Before, When::After] {
        for nth in 1.. {
            let world = World::new();
            let job_id = one_failure(&world);
            world.faults.fail_nth_of_all(world.operations() + nth, when);
            world.ring();
            if world.faults.fired() == 0 {
                assert!(nth > 12, "only {nth} operations were tried");
                break;
            }
            check(&world, job_id, &format!("{when:?}, operation {nth}"));
        }
    }
    for turns in 1.. {
        let world = World::new();
        let job_id = one_failure(&world);
        let died = world.die_while_ringing(turns);
        check(&world, job_id, &format!("after {turns} turns"));
        if !died {
            assert!(turns > 3, "{turns}");
            break;
        }
    }
}

#[test]
fn a_number_that_cannot_be_waited_for_is_refused() {
    let world = World::new();
    for after in [0, 1_001] {
        let Err(CallError::Refused(JobError::Invalid { pointer, detail })) = world.create(telling(after))
        else {
            panic!("{after}")
        };
        assert_eq!((pointer.as_str(), detail.as_str()), ("/alert/after", "must be 1 to 1000"));
    }
    world.create(telling(1_000)).unwrap();
}
