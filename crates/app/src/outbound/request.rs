//! A job's HTTP request: the address is checked, the request signed and sent, the answer judged.

use std::borrow::Cow;
use std::rc::Rc;

use contracts::pipeline::work::{WorkDone, WorkError};
use contracts::pipeline::workflows::Fault;
use contracts::scheduler::HttpTask;
use contracts::{Actor, TenantCall, Timestamp};
use domain::delivery::retry_after_ms;
use signing::{Secret, Secrets, Source};

use super::address::{AddressError, checked};
use super::attempt::{USER_AGENT, shortened};
use super::message::rfc3339;
use crate::ports::{Clock, MessageSender, NoReply, OutboundReply, OutboundRequest, Resolver};

/// What is left of the call's time for telling what came of it, in milliseconds.
const FOR_THE_ANSWER_MS: u64 = 250;

/// What requests of jobs need.
#[derive(Clone)]
pub struct RequestPorts {
    /// Sends.
    pub sender: Rc<dyn MessageSender>,
    /// Resolves the URL's name, when a job is made and before each request.
    pub resolver: Rc<dyn Resolver>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// Where it may send.
    pub egress: egress::Policy,
}

/// Whether requests may go there now.
pub(crate) async fn check_url(ports: &RequestPorts, url: &str) -> Result<(), WorkError> {
    target(ports, url).await.map(drop)
}

async fn target(ports: &RequestPorts, url: &str) -> Result<egress::Target, WorkError> {
    checked(&*ports.resolver, ports.egress, url).await.map_err(|error| match error {
        AddressError::Refused(error) => {
            WorkError::Invalid { faults: vec![Fault { pointer: "/url".into(), detail: error.to_string() }] }
        }
        AddressError::Unresolvable(_) => WorkError::NotDone {
            detail: "the host's name could not be resolved".into(),
            again: true,
            retry_after_ms: None,
        },
    })
}

/// Makes the request of the call's job for a nominal time. Its `webhook-id` is the same in each try: receivers tell by it
/// that they had it before.
pub(crate) async fn request(
    ports: &RequestPorts,
    context: &TenantCall,
    request: &HttpTask,
    scheduled_for: Timestamp,
) -> Result<WorkDone, WorkError> {
    let target = target(ports, &request.url).await?;
    let now = ports.clock.now();
    let (job, id) = match &context.scope.actor {
        Actor::Job(job_id) => {
            let key = context.idempotency_key.as_deref().unwrap_or_default();
            (job_id.to_string(), format!("{job_id}_{key}"))
        }
        _ => return Err(not_done("only a job makes requests", false)),
    };
    let body = match &request.body {
        Some(body) => Cow::Borrowed(body.as_str()),
        None if request.method.has_body() => Cow::Owned(due(&job, scheduled_for)),
        None => Cow::Borrowed(""),
    };
    let Some(secret) = &request.secret else {
        return Err(not_done("there is nothing to sign it with", false));
    };
    let mut secrets = Secrets::new(Secret::new(secret.expose()));
    if let Some(previous) = request.previous_secret.as_ref().filter(|previous| previous.valid_until > now) {
        secrets = secrets.with_previous(Secret::new(previous.secret.expose()));
    }
    let unix_s = i64::try_from(now.unix_ms() / 1_000).unwrap_or(i64::MAX);
    let signed = signing::sign(Source::Standard, &secrets, &id, unix_s, body.as_bytes())
        .map_err(|error| not_done(&format!("the request could not be signed: {error}"), false))?;
    let mut headers: Vec<(Cow<'_, str>, String)> =
        signed.into_iter().map(|(name, value)| (name.into(), value)).collect();
    headers.push(("user-agent".into(), USER_AGENT.into()));
    headers.push(("traceparent".into(), context.trace.to_string()));
    let own = request.headers.iter().map(|header| (header.name.to_ascii_lowercase(), header.value.clone()));
    headers.extend(own.map(|(name, value)| (name.into(), value)));
    if request.method.has_body() && !headers.iter().any(|(name, _)| name == "content-type") {
        headers.push(("content-type".into(), "application/json".into()));
    }
    let left_ms = context.deadline.time_left(now.unix_ms()).saturating_sub(FOR_THE_ANSWER_MS);
    let timeout_ms = u32::try_from(left_ms).unwrap_or(u32::MAX);
    let method = request.method.name();
    let outbound = OutboundRequest { target: &target, method, headers, body: &body, timeout_ms };
    let sent = ports.sender.send(&outbound).await;
    let OutboundReply { status, retry_after, excerpt } =
        sent.map_err(|NoReply(error)| not_done(&error, true))?;
    if (200..300).contains(&status) {
        return Ok(WorkDone::Answered { status });
    }
    let said = shortened(excerpt);
    let said = if said.is_empty() { said } else { format!(": {said}") };
    let detail = match status {
        300..=399 => {
            format!("the endpoint answered {status}: redirects are not followed, so name the final URL")
        }
        _ => format!("the endpoint answered {status}{said}"),
    };
    let again = matches!(status, 408 | 425 | 429) || status >= 500;
    let retry_after_ms = retry_after.and_then(|header| retry_after_ms(&header, ports.clock.now().unix_ms()));
    Err(WorkError::NotDone { detail, again, retry_after_ms })
}

/// What is sent where the customer names no body, in the form of Standard Webhooks' payloads.
fn due(job: &str, scheduled_for: Timestamp) -> String {
    let timestamp = rfc3339(scheduled_for);
    serde_json::json!({
        "type": "job.due",
        "timestamp": timestamp,
        "data": { "job_id": job, "scheduled_for": timestamp },
    })
    .to_string()
}

fn not_done(detail: &str, again: bool) -> WorkError {
    WorkError::NotDone { detail: detail.to_owned(), again, retry_after_ms: None }
}

#[cfg(test)]
mod tests;
