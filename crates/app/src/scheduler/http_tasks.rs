//! HTTP requests as tasks: what they may be, and the secret that signs them, which is shown when it is made and never again.

use contracts::Timestamp;
use contracts::pipeline::subscriptions::{RotatedSecret, SigningSecret};
use contracts::scheduler::{HttpTask, Job, JobError, PreviousSecret, RotateJobSecret, Task};
use egress::{MAX_HEADERS, MAX_URL_BYTES, check_header};
use signing::{Secret, Source};

use super::SchedulePorts;
use super::create_job::invalid;
use super::read_job::find;
use super::tenant_jobs::unavailable;

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
    match signed_as(task, before) {
        Task::Http(request @ HttpTask { secret: None, .. }) => {
            Task::Http(HttpTask { secret: Some(new_secret(ports)), ..request })
        }
        task => task,
    }
}

/// What a run does: the task that it kept of its time, or its job's. A request that it kept is signed as its job's are by now,
/// where there are such: what was rotated since may be known to others.
pub(super) fn of_run(kept: Option<Task>, of_job: Task) -> Task {
    match kept {
        Some(kept) if matches!(of_job, Task::Http(_)) => signed_as(kept, Some(&of_job)),
        Some(kept) => kept,
        None => of_job,
    }
}

/// The task, signed with what signs `other`.
fn signed_as(task: Task, other: Option<&Task>) -> Task {
    let Task::Http(request) = task else { return task };
    let (secret, previous_secret) = match other {
        Some(Task::Http(other)) => (other.secret.clone(), other.previous_secret.clone()),
        _ => (None, None),
    };
    Task::Http(HttpTask { secret, previous_secret, ..request })
}

/// Gives the requests of a job a new secret. Two sign at most: with a second rotation in the overlap, the oldest does no longer.
pub(super) fn rotate(ports: &SchedulePorts, request: &RotateJobSecret) -> Result<RotatedSecret, JobError> {
    let mut job = find(ports, request.job_id)?;
    let Task::Http(task) = &mut job.task else { return Err(JobError::NoRequest) };
    let now_ms = ports.clock.now().unix_ms();
    let until = Timestamp::from_unix_ms(now_ms.saturating_add(u64::from(request.overlap_s) * 1_000));
    let secret = new_secret(ports);
    let before = task.secret.replace(secret.clone()).filter(|_| request.overlap_s > 0);
    task.previous_secret = before.map(|secret| PreviousSecret { secret, valid_until: until });
    let previous_valid_until = task.previous_secret.as_ref().map(|previous| previous.valid_until);
    ports.store.change_job(&job).map_err(unavailable)?;
    Ok(RotatedSecret { secret, previous_valid_until })
}

fn new_secret(ports: &SchedulePorts) -> SigningSecret {
    let mut random = [0; 32];
    ports.random.fill(&mut random);
    SigningSecret::new(Secret::generate(Source::Standard, random).expose())
}

/// The task as it may be read: without its secrets.
pub(super) fn hidden(task: Task) -> Task {
    signed_as(task, None)
}

/// The job as whoever made its secret sees it, this once.
pub(super) fn shown(mut job: Job, task: &Task) -> Job {
    if let (Task::Http(request), Task::Http(HttpTask { secret, .. })) = (&mut job.task, task) {
        request.secret.clone_from(secret);
    }
    job
}
