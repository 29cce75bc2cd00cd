//! HTTP requests as tasks, between the public form and the scheduler's.

use std::collections::BTreeMap;

use contracts::scheduler::{self, RotateJobSecret};
use http_api::jobs::{HttpMethod, Task};
use http_api::subscriptions::{RotateSecret, RotatedSecret};
use http_api::{Code, Payload};

use super::time;
use crate::exchange::Exchange;
use crate::failure::{failed, not_found};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// What says what a body is. A body as JSON goes without, and is told apart from text by that.
const MEDIA_TYPE: &str = "content-type";

/// Gives a job's requests a new secret.
///
/// # Errors
/// As [`authorize`]; a bad body; what [`failed`] makes of the call.
pub async fn rotate(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let job_id = exchange.id(Code::JobNotFound).map_err(|_| not_found(Code::JobNotFound))?;
    let RotateSecret { overlap_seconds } = exchange.optional_json().await?;
    let request = RotateJobSecret { job_id, overlap_s: overlap_seconds };
    let rotated = exchange.ports.scheduler.rotate_job_secret(&call, request).await.map_err(failed)?;
    Answer::json(200, &self::rotated(rotated))
}

/// As the public surface shows it.
pub(super) fn rotated(made: contracts::pipeline::subscriptions::RotatedSecret) -> RotatedSecret {
    RotatedSecret {
        secret: made.secret.expose().to_owned(),
        previous_valid_until: made.previous_valid_until.map(time::public),
    }
}

/// As the scheduler keeps it.
pub(super) fn inner(
    url: String,
    method: HttpMethod,
    headers: Option<BTreeMap<String, String>>,
    payload: Option<Payload>,
    body: Option<String>,
) -> scheduler::HttpTask {
    let mut headers = headers.unwrap_or_default();
    if body.is_some() {
        headers.entry(MEDIA_TYPE.into()).or_insert_with(|| "text/plain; charset=utf-8".into());
    }
    scheduler::HttpTask {
        url,
        method: match method {
            HttpMethod::Post => scheduler::HttpMethod::Post,
            HttpMethod::Get => scheduler::HttpMethod::Get,
            HttpMethod::Put => scheduler::HttpMethod::Put,
            HttpMethod::Patch => scheduler::HttpMethod::Patch,
            HttpMethod::Delete => scheduler::HttpMethod::Delete,
        },
        headers: headers.into_iter().map(|(name, value)| scheduler::HttpHeader { name, value }).collect(),
        body: payload.map(|payload| payload.as_json().to_owned()).or(body),
        secret: None,
        previous_secret: None,
    }
}

/// As it is shown: of headers, which may be credentials, their names.
pub(super) fn public(request: scheduler::HttpTask) -> Task {
    let scheduler::HttpTask { url, method, headers, body, secret: _, previous_secret: _ } = request;
    let is_text = headers.iter().any(|header| header.name == MEDIA_TYPE);
    let payload = body.clone().filter(|_| !is_text).and_then(|body| Payload::from_json(body).ok());
    Task::Http {
        url,
        method: match method {
            scheduler::HttpMethod::Post => HttpMethod::Post,
            scheduler::HttpMethod::Get => HttpMethod::Get,
            scheduler::HttpMethod::Put => HttpMethod::Put,
            scheduler::HttpMethod::Patch => HttpMethod::Patch,
            scheduler::HttpMethod::Delete => HttpMethod::Delete,
        },
        headers: None,
        header_names: headers.into_iter().map(|header| header.name).collect(),
        body: body.filter(|_| payload.is_none()),
        payload,
    }
}

/// The secret that was made just now, if one was.
pub(super) fn secret(task: &scheduler::Task) -> Option<String> {
    match task {
        scheduler::Task::Http(request) => request.secret.as_ref().map(|secret| secret.expose().to_owned()),
        _ => None,
    }
}
