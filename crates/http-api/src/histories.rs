//! The history of an endpoint's provider: where its list of past calls is, and what opens it.

use ids::EndpointId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::request::{FromBody, Object, TextRule};
use crate::{Payload, Timestamp, schema};

/// The longest key or secret, in characters.
const MAX_KEY: usize = 1_024;
/// The longest URL, in characters.
const MAX_URL: usize = 2_048;

/// The body of `PUT /v1/endpoints/{id}/history`.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
pub struct PutHistory {
    /// `elevenlabs`, `fathom`, `fireflies` or `gong`; or `custom`, with a `description`.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_-]+$", example = "fathom")]
    pub provider: String,
    /// The API key, or the access key. It is kept encrypted, and never shown again.
    #[schema(min_length = 1, max_length = 1024)]
    pub api_key: String,
    /// `gong`: the access key's secret.
    #[schema(required = false, min_length = 1, max_length = 1024)]
    pub api_secret: Option<String>,
    /// Where the provider's API is. Gong's customers each have their own; the others' is known.
    #[schema(required = false, min_length = 1, max_length = 2048, example = "https://us-11111.api.gong.io")]
    pub base_url: Option<String>,
    /// `custom`: how the list is walked, as the page about histories says.
    #[schema(required = false)]
    pub description: Option<Payload>,
    /// From when calls are wanted; of the last 90 days, unless it says.
    #[schema(required = false)]
    pub from: Option<Timestamp>,
}

impl FromBody for PutHistory {
    fn read(object: &Object<'_>) -> Option<Self> {
        let provider = object.required_text("provider", TextRule::slug(64));
        let api_key = object.required_text("api_key", TextRule::line(MAX_KEY));
        let api_secret = object.optional_text("api_secret", TextRule::line(MAX_KEY));
        let base_url = object.optional_text("base_url", TextRule::line(MAX_URL));
        let description = object.raw("description").map(Payload::from);
        let description = description.filter(|description| description.as_json() != "null");
        let from = object.optional_timestamp("from");
        Some(Self { provider: provider?, api_key: api_key?, api_secret, base_url, description, from })
    }
}

/// The history of an endpoint's provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// The endpoint.
    #[schema(value_type = schema::EndpointId)]
    pub endpoint_id: EndpointId,
    /// The provider.
    #[schema(example = "fathom")]
    pub provider: String,
    /// Where its API is.
    #[schema(example = "https://api.fathom.ai")]
    pub base_url: String,
    /// From when calls are wanted.
    pub from: Timestamp,
    /// From when the walk under way, or the next one, asks for calls.
    pub since: Timestamp,
    /// Whether a run left its walk behind the first page: the next one goes on there.
    pub under_way: bool,
    /// The last run, at `/v1/workflows/sync/{id}`.
    #[schema(required)]
    pub run_id: Option<String>,
    /// How many calls are known: from the list, and by webhook.
    pub items: u64,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::read_body;

    #[test]
    fn a_history_is_read_and_every_fault_is_named() {
        let body = r#"{"provider":"custom","api_key":"k","description":{"title":"Ours"},"from":"2026-11-01T00:00:00Z"}"#;
        let read = read_body::<PutHistory>(body.as_bytes()).ok().unwrap();
        assert_eq!(read.description.unwrap().as_json(), r#"{"title":"Ours"}"#);
        let body = r#"{"provider":"Fathom","api_secret":"","base_url":7,"from":"soon"}"#;
        let problem = read_body::<PutHistory>(body.as_bytes()).err().unwrap();
        let mut pointers: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
        pointers.sort_unstable();
        assert_eq!(pointers, ["/api_key", "/api_secret", "/base_url", "/from", "/provider"]);
    }
}
