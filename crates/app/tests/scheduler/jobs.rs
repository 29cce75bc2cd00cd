//! Creating, reading, changing and deleting jobs.

use contracts::scheduler::{GetJob, JobError, JobStatus, ListJobs, ListRuns, RunOutcome, Schedule, Task};
use mesh::CallError;
use test_kit::run;

use crate::world::{HOUR, MINUTE, SECOND, START, World, every, once_at, seconds};

fn refused<T: std::fmt::Debug>(answer: Result<T, CallError<JobError>>) -> JobError {
    match answer {
        Err(CallError::Refused(error)) => error,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_new_job_shows_its_next_ten_times_and_sets_the_alarm() {
    let world = World::new();
    let job = world.create(every(15 * SECOND)).unwrap();
    assert_eq!(job.status, JobStatus::Active);
    assert_eq!(seconds(job.next_run_at), [15]);
    assert_eq!(seconds(job.preview.clone()), [15, 30, 45, 60, 75, 90, 105, 120, 135, 150]);
    assert_eq!(world.alarm(), job.next_run_at);
    assert_eq!(world.job(job.job_id), job);

    let once = world.create(once_at(START + 5 * SECOND)).unwrap();
    assert_eq!(seconds(once.preview), [5]);
    assert_eq!(world.alarm(), once.next_run_at, "the earlier of the two");
}

#[test]
fn a_time_in_the_past_fires_at_once_and_only_then() {
    let world = World::new();
    let job = world.create(once_at(START - HOUR)).unwrap();
    world.pass(0);
    let runs = world.runs(job.job_id);
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].outcome, runs[0].scheduled_for.unix_ms()), (RunOutcome::Succeeded, START - HOUR));
    let job = world.job(job.job_id);
    assert_eq!((job.status, job.next_run_at, job.preview), (JobStatus::Finished, None, vec![]));
    assert_eq!(world.alarm(), None);
    world.pass(HOUR);
    assert_eq!(world.pipeline.calls(), 1);
}

#[test]
fn a_repeated_key_gives_the_first_job_and_another_body_is_refused() {
    let world = World::new();
    let first = world.create_with_key("k", every(MINUTE)).unwrap();
    assert_eq!(world.create_with_key("k", every(MINUTE)).unwrap(), first);
    assert_ne!(world.create_with_key("other", every(MINUTE)).unwrap().job_id, first.job_id);
    assert_ne!(world.create(every(MINUTE)).unwrap().job_id, first.job_id, "no key, no promise");
    assert_eq!(refused(world.create_with_key("k", every(HOUR))), JobError::KeyReused);

    let stranger = world.context_of(world.another_tenant()).with_idempotency_key("k");
    let theirs = run(world.jobs.create_job(&stranger, every(HOUR))).unwrap();
    assert_ne!(theirs.job_id, first.job_id, "a key is a tenant's own");

    run(world.jobs.delete_job(&world.context(), GetJob { job_id: first.job_id })).unwrap();
    assert_eq!(
        refused(world.create_with_key("k", every(MINUTE))),
        JobError::NotFound,
        "it was made, and deleted"
    );
    world.be_down(7 * 24 * HOUR + 1);
    assert!(world.create_with_key("k", every(HOUR)).is_ok(), "a key is remembered for a week");
}

#[test]
fn a_lost_answer_to_a_create_is_made_good_by_its_key() {
    // Whichever call to a store or the alarm is the one that fails, and whether or not it took effect.
    for when in [test_kit::When::Before, test_kit::When::After] {
        for nth in 1.. {
            let world = World::new();
            world.faults.fail_nth_of_all(world.operations() + nth, when);
            let first = world.create_with_key("k", once_at(START + MINUTE));
            if world.faults.fired() == 0 {
                assert!(nth > 5, "only {nth} operations were tried");
                break;
            }
            assert!(matches!(first, Err(CallError::Refused(JobError::Unavailable { .. }))), "{first:?}");
            let job = world.create_with_key("k", once_at(START + MINUTE)).unwrap();
            let listed = run(world
                .jobs
                .list_jobs(&world.context(), ListJobs { before: None, limit: 9, standing: None }));
            assert_eq!(listed.unwrap().items.len(), 1, "{when:?} {nth}");
            world.pass(HOUR);
            assert_eq!(world.fired_at(job.job_id), [60], "{when:?} {nth}");
        }
    }
}

#[test]
fn jobs_and_runs_are_paged_newest_first() {
    let world = World::new();
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(world.create(every(SECOND)).unwrap().job_id);
        world.pass(1);
    }
    made.reverse();
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = run(world.jobs.list_jobs(&world.context(), ListJobs { before, limit: 2, standing: None }))
            .unwrap();
        assert!(page.items.len() <= 2);
        seen.extend(page.items.iter().map(|job| job.job_id));
        before = page.next_before;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, made);

    world.pass(3 * SECOND);
    let list = |before, limit| {
        let request = ListRuns { job_id: made[0], before, limit, outcome: None };
        run(world.jobs.list_runs(&world.context(), request)).unwrap()
    };
    let all = list(None, 0).items.len();
    assert_eq!(all, 1, "a limit of nothing reads as one");
    let first = list(None, 2);
    let rest = list(first.next_before, 200);
    let times: Vec<u64> =
        first.items.iter().chain(&rest.items).map(|run| run.scheduled_for.unix_ms()).collect();
    assert_eq!(times.len(), 3);
    assert!(times.is_sorted_by(|later, earlier| later > earlier), "{times:?}");
    assert_eq!((first.items.len(), rest.next_before), (2, None));
}

#[test]
fn another_tenant_sees_and_changes_nothing() {
    let world = World::new();
    let job = world.create(every(MINUTE)).unwrap();
    world.pass(MINUTE);
    let stranger = world.context_of(world.another_tenant());
    let job_id = job.job_id;
    assert_eq!(refused(run(world.jobs.get_job(&stranger, GetJob { job_id }))), JobError::NotFound);
    assert_eq!(refused(run(world.jobs.pause_job(&stranger, GetJob { job_id }))), JobError::NotFound);
    assert_eq!(refused(run(world.jobs.resume_job(&stranger, GetJob { job_id }))), JobError::NotFound);
    assert_eq!(refused(run(world.jobs.run_job(&stranger, GetJob { job_id }))), JobError::NotFound);
    assert_eq!(refused(run(world.jobs.delete_job(&stranger, GetJob { job_id }))), JobError::NotFound);
    let runs = ListRuns { job_id, before: None, limit: 9, outcome: None };
    assert_eq!(refused(run(world.jobs.list_runs(&stranger, runs))), JobError::NotFound);
    let listed =
        run(world.jobs.list_jobs(&stranger, ListJobs { before: None, limit: 9, standing: None })).unwrap();
    assert_eq!(listed.items, []);
    assert_eq!(world.job(job_id).status, JobStatus::Active);
    assert_eq!(world.pipeline.events(stranger.scope.tenant), []);
    assert_eq!(world.pipeline.events(world.tenant).len(), 1);
}

#[test]
fn an_object_answers_its_own_tenant_only_even_when_it_is_addressed_by_mistake() {
    let world = World::new();
    let job_id = world.create(every(MINUTE)).unwrap().job_id;
    let object = world.object();
    let stranger = world.context_of(world.another_tenant());
    let turned_away = |error| matches!(error, JobError::Unavailable { .. });
    assert!(turned_away(refused(run(object.get_job(&stranger, GetJob { job_id })))));
    assert!(turned_away(refused(run(
        object.list_jobs(&stranger, ListJobs { before: None, limit: 9, standing: None })
    ))));
    assert!(turned_away(refused(run(object.delete_job(&stranger, GetJob { job_id })))));
    assert!(turned_away(refused(run(object.create_job(&stranger, every(MINUTE))))));
    assert_eq!(world.store().job_count(), Ok(1));
    assert!(run(object.get_job(&world.context(), GetJob { job_id })).is_ok());
}

#[test]
fn pausing_stops_and_resuming_does_not_replay_what_passed() {
    let world = World::new();
    let job = world.create(every(10 * SECOND)).unwrap();
    world.pass(25 * SECOND);
    let paused = world.pause(job.job_id);
    assert_eq!((paused.status, paused.next_run_at, paused.preview.len()), (JobStatus::Paused, None, 0));
    assert_eq!(world.pause(job.job_id), paused, "pausing twice changes nothing");
    assert_eq!(world.alarm(), None);
    world.pass(HOUR);
    let resumed = world.resume(job.job_id);
    assert_eq!(resumed.status, JobStatus::Active);
    assert_eq!(seconds(resumed.next_run_at), [3630], "the phase of the creation is kept");
    assert_eq!(world.resume(job.job_id), resumed, "resuming twice changes nothing");
    world.pass(10 * SECOND);
    assert_eq!(world.fired_at(job.job_id), [10, 20, 3630]);
    let runs = world.runs(job.job_id);
    let paused: Vec<_> = runs.iter().filter(|run| run.outcome == RunOutcome::Paused).collect();
    assert_eq!((runs.len(), paused.len()), (4, 1), "what passed is one record");
    assert_eq!(paused[0].count, 360);
    assert_eq!(
        seconds(paused[0].first_scheduled_for.into_iter().chain([paused[0].scheduled_for])),
        [30, 3620]
    );
}

#[test]
fn what_was_due_and_not_begun_when_a_job_is_paused_is_recorded() {
    let world = World::new();
    let again = world.create(every(10 * SECOND)).unwrap();
    let once = world.create(once_at(START + 15 * SECOND)).unwrap();
    world.be_down(25 * SECOND);
    assert_eq!(world.pause(again.job_id).status, JobStatus::Paused);
    assert_eq!(world.pause(once.job_id).status, JobStatus::Finished, "its only time has come");
    let paused = |job_id| {
        let runs = world.runs(job_id);
        assert_eq!((runs.len(), runs[0].outcome), (1, RunOutcome::Paused));
        runs[0].error.clone().unwrap()
    };
    assert_eq!(
        paused(again.job_id),
        "did not run 2 times, from 2026-11-22T07:00:10Z to 2026-11-22T07:00:20Z: the job was paused"
    );
    assert_eq!(paused(once.job_id), "did not run at 2026-11-22T07:00:15Z: the job was paused");
    world.pass(HOUR);
    assert_eq!(world.pipeline.calls(), 0);
}

#[test]
fn a_single_time_that_passes_while_paused_is_recorded_when_resumed() {
    let world = World::new();
    let job = world.create(once_at(START + 15 * SECOND)).unwrap();
    world.pause(job.job_id);
    assert_eq!(seconds(world.resume(job.job_id).next_run_at), [15], "it is still to come");
    world.pause(job.job_id);
    world.pass(MINUTE);
    assert_eq!(world.resume(job.job_id).status, JobStatus::Finished);
    let runs = world.runs(job.job_id);
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].error.as_deref(), Some("did not run at 2026-11-22T07:00:15Z: the job was paused"));
}

#[test]
fn a_run_now_leaves_the_schedule_alone() {
    let world = World::new();
    let job = world.create(every(MINUTE)).unwrap();
    let asked = world.run_now(job.job_id);
    assert_eq!((asked.outcome, asked.attempts), (RunOutcome::Pending, 0));
    let again = world.run_now(job.job_id);
    assert_ne!(again.run_id, asked.run_id, "asked twice, run twice, in the same millisecond too");
    world.pass(0);
    let done = &world.runs(job.job_id)[0];
    assert_eq!((done.run_id, done.outcome, done.attempts), (asked.run_id, RunOutcome::Succeeded, 1));
    assert_eq!(world.pipeline.events(world.tenant).len(), 2);
    assert_eq!(world.job(job.job_id), job);

    world.pause(job.job_id);
    world.run_now(job.job_id);
    world.pass(MINUTE);
    assert_eq!(world.pipeline.events(world.tenant).len(), 3, "a paused job can be run");
    assert_eq!(world.job(job.job_id).status, JobStatus::Paused);
}

#[test]
fn a_run_now_under_a_key_is_one_run() {
    let world = World::new();
    let (job, other) = (world.create(every(HOUR)).unwrap(), world.create(every(HOUR)).unwrap());
    let context = world.context().with_idempotency_key("k");
    let ask = |job_id| run(world.jobs.run_job(&context, GetJob { job_id }));
    let first = ask(job.job_id).unwrap();
    world.pass(SECOND);
    let again = ask(job.job_id).unwrap();
    assert_eq!((again.run_id, again.outcome), (first.run_id, RunOutcome::Succeeded));
    assert_eq!(refused(ask(other.job_id)), JobError::KeyReused);
    assert!(world.create_with_key("k", every(HOUR)).is_ok(), "the key of another method is another key");
    assert_eq!(world.pipeline.calls(), 1);
}

#[test]
fn deleting_stops_what_is_pending() {
    let world = World::new();
    let job = world.create(every(MINUTE)).unwrap();
    world.run_now(job.job_id);
    run(world.jobs.delete_job(&world.context(), GetJob { job_id: job.job_id })).unwrap();
    assert_eq!(world.alarm(), None);
    world.pass(HOUR);
    assert_eq!(world.pipeline.calls(), 0);
    let gone = run(world.jobs.get_job(&world.context(), GetJob { job_id: job.job_id }));
    assert_eq!(refused(gone), JobError::NotFound);
}

#[test]
fn a_schedule_whose_alarm_was_lost_heals_with_the_next_call() {
    let world = World::new();
    world.faults.fail_all("alarm.set", test_kit::When::Before);
    assert!(world.create_with_key("k", every(MINUTE)).is_err());
    world.faults.heal();
    assert_eq!(world.alarm(), None);
    run(world.jobs.list_jobs(&world.context(), ListJobs { before: None, limit: 1, standing: None })).unwrap();
    assert_eq!(seconds(world.alarm()), [60]);
}

#[test]
fn the_task_reaches_the_pipeline_as_it_was_given() {
    let world = World::new();
    let payload = r#"{"text":"Zürich 🌙 \"quoted\"","n":1.50}"#;
    let task = Task::Event { source: "generic".into(), kind: "k".into(), payload: payload.into() };
    let schedule = Schedule::Every { interval_ms: MINUTE, anchor: None };
    let job = world.create(contracts::scheduler::CreateJob { task, schedule, ..every(MINUTE) }).unwrap();
    world.pass(MINUTE);
    let done = &world.runs(job.job_id)[0];
    assert_eq!(world.pipeline.payload(done.event_id.unwrap()).as_deref(), Some(payload));
    assert_eq!(
        world.pipeline.traces(),
        std::slice::from_ref(&done.trace_id),
        "the run's own trace goes along"
    );
}
