//! Tasks besides events: judged when the job is made, done once whatever is repeated, and told by the run.

use contracts::pipeline::work::{WorkDone, WorkKind};
use contracts::scheduler::{CreateJob, JobError, RunOutcome, Task};
use mesh::CallError;
use test_kit::schedule::Mishap;

use crate::world::{HOUR, MINUTE, START, World, every, once_at};

fn workflow(name: &str) -> Task {
    Task::Workflow { name: name.into(), params: r#"{"account":"acme"}"#.into() }
}

#[test]
fn each_task_is_done_once_for_its_time_and_told() {
    let report = Task::Report { account: "acme".into(), days: 7 };
    for (task, kind) in [
        (
            workflow("account_report"),
            WorkKind::Workflow { name: "account_report".into(), params: r#"{"account":"acme"}"#.into() },
        ),
        (report, WorkKind::Report { account: "acme".into(), days: 7 }),
        (Task::Purge {}, WorkKind::Purge {}),
    ] {
        let world = World::new();
        let job = world.create(CreateJob { task, ..once_at(START + MINUTE) }).unwrap();
        world.pipeline.plan([Some(Mishap::AnswerLost), Some(Mishap::Unavailable)]);
        world.pass(HOUR);
        let run = &world.runs(job.job_id)[0];
        assert_eq!((run.outcome, run.attempts, run.event_id), (RunOutcome::Succeeded, 3, None), "{kind:?}");
        let work = world.pipeline.work(world.tenant);
        assert_eq!(work.len(), 1, "three tries are one effect");
        let (key, asked) = &work[0];
        assert_eq!(key, &format!("{}:{}", job.job_id, START + MINUTE));
        assert_eq!((&asked.work, asked.scheduled_for.unix_ms()), (&kind, START + MINUTE));
        match (&kind, run.done.as_ref().unwrap()) {
            (WorkKind::Purge {}, WorkDone::Purged { events: 3 }) => {}
            (WorkKind::Workflow { .. } | WorkKind::Report { .. }, WorkDone::Started { workflow, .. }) => {
                assert_eq!(workflow, "account_report");
            }
            (_, other) => panic!("{kind:?}: {other:?}"),
        }
    }
}

#[test]
fn a_task_that_cannot_be_done_is_refused_when_the_job_is_made() {
    let world = World::new();
    match world.create(CreateJob { task: workflow("fax"), ..every(MINUTE) }) {
        Err(CallError::Refused(JobError::Invalid { pointer, detail })) => {
            assert_eq!(pointer, "/task/name");
            assert!(detail.contains("account_report"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
    let broken = Task::Workflow { name: "account_report".into(), params: "{".into() };
    let refused = world.create(CreateJob { task: broken, ..every(MINUTE) });
    assert!(matches!(refused, Err(CallError::Refused(JobError::Invalid { .. }))), "{refused:?}");
    assert_eq!(world.alarm(), None, "nothing is half made");
}

#[test]
fn a_refused_task_fails_for_good() {
    let world = World::new();
    let job = world.create(CreateJob { task: Task::Purge {}, ..once_at(START + MINUTE) }).unwrap();
    world.pipeline.plan([Some(Mishap::Refused)]);
    world.pass(HOUR);
    let run = &world.runs(job.job_id)[0];
    assert_eq!((run.outcome, run.attempts), (RunOutcome::Failed, 1));
}
