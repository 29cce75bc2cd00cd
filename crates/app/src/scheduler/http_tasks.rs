//! HTTP requests as tasks: what they may be, and the secret that signs them, which is shown when it is made and never again.

use contracts::pipeline::subscriptions::SigningSecret;
use contracts::scheduler::{HttpTask, Job, JobError, Task};
use egress::{MAX_HEADERS, MAX_URL_BYTES, check_header};
use signing::{Secret, Source};

use super::SchedulePorts;
use super::create_job::invalid;

/// The largest body, in bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// What can be told without asking where the URL leads.
pub(super) fn check(request: &HttpTask) -> Result<(), JobError> {
    let HttpTask { url, method, headers, body, .. } = request;
    if !(1..=MAX_URL_BYTES).contains(&url.len()) {
        return Err(invalid("/task/url", format!("must be 1 to {MAX_URL_BYTES} bytes")));
    }
    if headers.len() > MAX_HEADERS {
        return Err(invalid("/task/headers", format!("must be at most {MAX_HEADERS}")));
    }
    for header in headers {
        let pointer = format!("/task/headers/{}", header.name.replace('~', "~0").replace('/', "~1"));
        check_header(&header.name, &header.value).map_err(|error| invalid(&pointer, error))?;
        let again = |other: &&contracts::scheduler::HttpHeader| other.name.eq_ignore_ascii_case(&header.name);
        if headers.iter().filter(again).count() > 1 {
            return Err(invalid(&pointer, "is there twice"));
        }
    }
    match body {
        Some(_) if !method.has_body() => {
            Err(invalid("/task/body", format!("is not sent by `{}`: leave it out", method.name())))
        }
        Some(body) if body.len() > MAX_BODY_BYTES => {
            Err(invalid("/task/body", format!("must be at most {MAX_BODY_BYTES} bytes")))
        }
        _ => Ok(()),
    }
}

/// The task with what signs its requests: what it was signed with `before`, or else a new secret. Nobody brings one.
pub(super) fn sealed(ports: &SchedulePorts, task: Task, before: Option<&Task>) -> Task {
    let Task::Http(request) = task else { return task };
    let kept = match before {
        Some(Task::Http(HttpTask { secret, .. })) => secret.clone(),
        _ => None,
    };
    let secret = kept.unwrap_or_else(|| {
        let mut random = [0; 32];
        ports.random.fill(&mut random);
        SigningSecret::new(Secret::generate(Source::Standard, random).expose())
    });
    Task::Http(HttpTask { secret: Some(secret), ..request })
}

/// The task as it may be read: without its secret.
pub(super) fn hidden(task: Task) -> Task {
    match task {
        Task::Http(request) => Task::Http(HttpTask { secret: None, ..request }),
        task => task,
    }
}

/// The job as whoever made its secret sees it, this once.
pub(super) fn shown(mut job: Job, task: &Task) -> Job {
    if let (Task::Http(request), Task::Http(HttpTask { secret, .. })) = (&mut job.task, task) {
        request.secret.clone_from(secret);
    }
    job
}
