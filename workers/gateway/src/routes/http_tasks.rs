//! HTTP requests as tasks, between the public form and the scheduler's.

use std::collections::BTreeMap;

use contracts::scheduler;
use http_api::Payload;
use http_api::jobs::{HttpMethod, Task};

/// What says what a body is. A body as JSON goes without, and is told apart from text by that.
const MEDIA_TYPE: &str = "content-type";

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
    }
}

/// As it is shown: of headers, which may be credentials, their names.
pub(super) fn public(request: scheduler::HttpTask) -> Task {
    let scheduler::HttpTask { url, method, headers, body, secret: _ } = request;
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
