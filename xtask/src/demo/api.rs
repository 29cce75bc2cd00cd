//! The customer's side of the gateway: a provider that delivers, and a tenant that reads.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use signing::{Secret, Secrets, Source, sign};

use super::samples::Sample;
use crate::dev::{EndpointEntry, Manifest, TenantEntry};

/// How long one request may take, in seconds.
const PATIENCE_S: u64 = 30;
/// The longest list that the API gives at once.
const LIST: u32 = 200;

/// The gateway, as one tenant sees it.
pub(super) struct Api<'a> {
    gateway: &'a str,
    authorization: String,
}

/// The answer to a delivery.
#[derive(Deserialize)]
pub(super) struct Accepted {
    pub(super) event_id: String,
    pub(super) duplicate: bool,
}

/// An event and how far its workflow is.
#[derive(Clone, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) reason: Option<String>,
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) assessment: Option<Assessment>,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Assessment {
    pub(super) headline: String,
}

#[derive(Clone, Deserialize)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) status: String,
}

#[derive(Deserialize)]
pub(super) struct Signal {
    pub(super) kind: String,
    pub(super) score: f64,
    pub(super) evidence: Evidence,
}

#[derive(Deserialize)]
pub(super) struct Evidence {
    pub(super) quote: String,
    #[serde(default)]
    pub(super) speaker: String,
    pub(super) at_ms: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct Hit {
    pub(super) score: f64,
    pub(super) snippet: String,
    /// The part of it that fits best.
    #[serde(default)]
    pub(super) highlight: Option<String>,
    pub(super) event_id: String,
}

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<Hit>,
}

#[derive(Deserialize)]
struct Problem {
    detail: String,
}

impl<'a> Api<'a> {
    /// The gateway of `manifest`, with `tenant`'s key.
    pub(super) fn new(manifest: &'a Manifest, tenant: &TenantEntry) -> Self {
        Self { gateway: &manifest.gateway, authorization: format!("Bearer {}", tenant.api_key) }
    }

    /// Delivers a sample to an endpoint, signed by its source's scheme. Its name is the delivery's id, so that a second
    /// demo is a redelivery.
    pub(super) fn deliver(&self, sample: &Sample, endpoint: &EndpointEntry) -> Result<Accepted> {
        let source: Source = sample.source.parse()?;
        let secrets = Secrets::new(Secret::new(endpoint.secret.clone()));
        let headers = sign(source, &secrets, &format!("demo-{}", sample.name), unix_s()?, &sample.body)?;
        let mut request = minreq::post(&endpoint.url).with_header("content-type", "application/json");
        for (name, value) in headers {
            request = request.with_header(name, value);
        }
        answer(request.with_body(sample.body.clone()), 202)
    }

    /// An event with its steps.
    pub(super) fn event(&self, id: &str) -> Result<Event> {
        self.get(&format!("/v1/events/{id}"), &[])
    }

    /// The signals of one event.
    pub(super) fn signals(&self, event: &str) -> Result<Vec<Signal>> {
        let limit = LIST.to_string();
        let page: Page<Signal> = self.get("/v1/signals", &[("event_id", event), ("limit", &limit)])?;
        Ok(page.items)
    }

    /// The passages nearest to a question.
    pub(super) fn search(&self, question: &str, limit: u32) -> Result<Vec<Hit>> {
        let limit = limit.to_string();
        let hits: Hits =
            self.get("/v1/search", &[("q", question), ("kind", "passage"), ("limit", &limit)])?;
        Ok(hits.hits)
    }

    fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        let pairs: Vec<String> =
            query.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        let separator = if pairs.is_empty() { "" } else { "?" };
        let url = format!("{}{path}{separator}{}", self.gateway, pairs.join("&"));
        answer(minreq::get(url).with_header("authorization", &self.authorization), 200)
    }
}

fn answer<T: DeserializeOwned>(request: minreq::Request, expect: u16) -> Result<T> {
    let response = request.with_timeout(PATIENCE_S).send().context("the gateway does not answer")?;
    let body = response.as_bytes();
    if i64::from(response.status_code) != i64::from(expect) {
        let detail = serde_json::from_slice::<Problem>(body)
            .map_or_else(|_| String::from_utf8_lossy(body).into_owned(), |problem| problem.detail);
        bail!("the gateway answered {}: {detail}", response.status_code);
    }
    serde_json::from_slice(body).context("the gateway answered something else than its description says")
}

/// Percent-encodes a query's value.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte))
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[expect(clippy::disallowed_methods, reason = "a native tool may read the clock")]
fn unix_s() -> Result<i64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).context("the system's clock is before 1970")?;
    Ok(i64::try_from(since.as_secs())?)
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn a_query_value_keeps_nothing_that_means_something_in_a_url() {
        assert_eq!(escape("who signs? R&D = 50% é"), "who%20signs%3F%20R%26D%20%3D%2050%25%20%C3%A9");
    }
}
