//! Tasks besides events: judged when the job is made, done once whatever is repeated, and told by the run.

use contracts::pipeline::subscriptions::SigningSecret;
use contracts::pipeline::work::{WorkDone, WorkKind};
use contracts::scheduler::{
    ChangeJob, CreateJob, HttpHeader, HttpMethod, HttpTask, Job, JobError, PolicyChange, RotateJobSecret,
    RunOutcome, Task,
};
use ids::JobId;
use mesh::CallError;
use test_kit::run;
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

fn request(headers: &[(&str, &str)], secret: Option<&str>) -> HttpTask {
    let header = |(name, value): &(&str, &str)| HttpHeader { name: (*name).into(), value: (*value).into() };
    HttpTask {
        url: "https://hooks.acme.com/nightly".into(),
        method: HttpMethod::Post,
        headers: headers.iter().map(header).collect(),
        body: None,
        secret: secret.map(SigningSecret::new),
        previous_secret: None,
    }
}

fn change(world: &World, job_id: JobId, task: Task) -> Job {
    let change = ChangeJob {
        job_id,
        version: None,
        name: None,
        timing: None,
        task: Some(task),
        retry: None,
        policy: PolicyChange::default(),
    };
    run(world.jobs.change_job(&world.context(), change)).unwrap()
}

fn secret(job: &Job) -> Option<String> {
    let Task::Http(request) = &job.task else { panic!("{:?}", job.task) };
    request.secret.as_ref().map(|secret| secret.expose().to_owned())
}

#[test]
fn the_secret_of_requests_is_made_here_shown_once_and_kept_through_changes() {
    let world = World::new();
    let asked = CreateJob { task: Task::Http(request(&[], Some("whsec_theirs"))), ..every(MINUTE) };
    let made = world.create_with_key("k", asked.clone()).unwrap();
    let first = secret(&made).unwrap();
    assert!(first.starts_with("whsec_") && first != "whsec_theirs", "nobody brings one: {first}");
    assert_eq!(secret(&world.create_with_key("k", asked).unwrap()), Some(first.clone()), "the same answer");
    assert_eq!(secret(&world.job(made.job_id)), None);
    assert_eq!(secret(&world.pause(made.job_id)), None);
    world.resume(made.job_id);

    let renamed = change(&world, made.job_id, Task::Http(request(&[("x-team", "revenue")], None)));
    assert_eq!(secret(&renamed), None, "it was shown before");
    world.pass(MINUTE);
    let work = world.pipeline.work(world.tenant);
    let WorkKind::Http(sent) = &work[0].1.work else { panic!("{work:?}") };
    assert_eq!(sent.secret.as_ref().map(|secret| secret.expose()), Some(first.as_str()));
    assert_eq!(sent.headers.len(), 1);
    assert_eq!(world.runs(made.job_id)[0].done, Some(WorkDone::Answered { status: 200 }));

    let purge = world.create(CreateJob { task: Task::Purge {}, ..every(HOUR) }).unwrap();
    let turned = change(&world, purge.job_id, Task::Http(request(&[], None)));
    let second = secret(&turned).unwrap();
    assert_ne!(second, first);
    assert_eq!(secret(&world.job(purge.job_id)), None);
}

#[test]
fn a_rotated_secret_signs_from_then_on_what_waits_included() {
    let world = World::new();
    let job = world.create(CreateJob { task: Task::Http(request(&[], None)), ..every(MINUTE) }).unwrap();
    let first = secret(&job).unwrap();
    let rotate = |job_id, overlap_s| {
        run(world.jobs.rotate_job_secret(&world.context(), RotateJobSecret { job_id, overlap_s }))
    };
    let signed_with = || {
        let work = world.pipeline.work(world.tenant);
        let WorkKind::Http(sent) = &work.last().unwrap().1.work else { panic!("{work:?}") };
        let before = sent.previous_secret.as_ref().map(|before| before.secret.expose().to_owned());
        (sent.secret.as_ref().unwrap().expose().to_owned(), before)
    };

    // Its try comes when the job has another URL and another secret: it keeps the one, and not the other.
    world.pipeline.plan([Some(Mishap::Unavailable)]);
    world.pass(MINUTE);
    let elsewhere = HttpTask { url: "https://hooks.acme.com/other".into(), ..request(&[], None) };
    change(&world, job.job_id, Task::Http(elsewhere));
    let second = rotate(job.job_id, 3_600).unwrap();
    assert_eq!(second.previous_valid_until.unwrap().unix_ms(), START + MINUTE + HOUR);
    assert_eq!(secret(&world.job(job.job_id)), None, "it is shown once");
    world.pass(MINUTE / 2);
    assert_eq!(signed_with(), (second.secret.expose().to_owned(), Some(first)));
    let WorkKind::Http(sent) = &world.pipeline.work(world.tenant)[0].1.work else { panic!() };
    assert_eq!(sent.url, "https://hooks.acme.com/nightly");

    // One that leaked ends at once.
    let third = rotate(job.job_id, 0).unwrap();
    assert_eq!(third.previous_valid_until, None);
    world.pass(MINUTE);
    assert_eq!(signed_with(), (third.secret.expose().to_owned(), None));

    let purge = world.create(CreateJob { task: Task::Purge {}, ..every(HOUR) }).unwrap();
    let refused = rotate(purge.job_id, 0).map(drop);
    assert_eq!(refused, Err(CallError::Refused(JobError::NoRequest)));
}

#[test]
fn a_request_that_cannot_be_made_is_refused_where_it_is_wrong() {
    let world = World::new();
    let many: Vec<_> = (0..21).map(|number| (format!("x-{number}"), "1")).collect();
    let many: Vec<_> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    for (task, expect) in [
        (HttpTask { url: String::new(), ..request(&[], None) }, "/task/url"),
        (request(&[("host", "a")], None), "/task/headers/host"),
        (request(&[("webhook-id", "a")], None), "/task/headers/webhook-id"),
        (request(&[("x-a", "1"), ("X-A", "2")], None), "/task/headers/x-a"),
        (request(&[("a/b", "1")], None), "/task/headers/a~1b"),
        (request(&many, None), "/task/headers"),
        (HttpTask { body: Some("x".repeat(65_537)), ..request(&[], None) }, "/task/body"),
        (HttpTask { method: HttpMethod::Get, body: Some("{}".into()), ..request(&[], None) }, "/task/body"),
    ] {
        let refused = world.create(CreateJob { task: Task::Http(task), ..every(MINUTE) });
        let Err(CallError::Refused(JobError::Invalid { pointer, .. })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(pointer, expect);
    }
}
