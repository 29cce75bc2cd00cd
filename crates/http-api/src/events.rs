//! Events: sent over the API, and what became of them.

use std::collections::BTreeMap;

use ids::EventId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::PageRequest;
use crate::request::{FromBody, FromQuery, Object, Query, TextRule};
use crate::{Payload, Timestamp, schema};

/// An event's source: a provider of the catalog, or `generic`.
pub(crate) const SOURCE: TextRule = TextRule::slug(64);
/// An event's type, in its source's words.
pub(crate) const KIND: TextRule = TextRule::token(128);

/// The body of `POST /v1/events`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SubmitEvent {
    /// A provider of the catalog, or `generic`.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_-]+$", example = "generic")]
    pub source: String,
    /// What happened, in the source's words.
    #[serde(rename = "type")]
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9._:/-]+$", example = "call.completed")]
    pub kind: String,
    /// When it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// What it is about, such as an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        min_length = 1,
        max_length = 256,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
        example = "northwind.example"
    )]
    pub subject: Option<String>,
    /// The event itself.
    pub payload: Payload,
}

impl FromBody for SubmitEvent {
    fn read(object: &Object<'_>) -> Option<Self> {
        let source = object.required_text("source", SOURCE);
        let kind = object.required_text("type", KIND);
        let occurred_at = object.optional_timestamp("occurred_at");
        let subject = object.optional_text("subject", TextRule::line(256));
        let payload = object.required_raw("payload");
        Some(Self { source: source?, kind: kind?, occurred_at, subject, payload: payload?.into() })
    }
}

/// The answer to an accepted event or webhook: it is in durable storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// The event's id: of the first delivery, when this is a repeated one.
    #[schema(value_type = schema::EventId)]
    pub event_id: EventId,
    /// Whether this delivery was seen before. It is processed once.
    pub duplicate: bool,
}

/// Where an event is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// In durable storage, and nothing done with it yet.
    Received,
    /// A workflow is at work on it.
    Processing,
    /// All steps are done; its signals can be read.
    Processed,
    /// It holds nothing to work on; `reason` says why.
    Skipped,
    /// A step refused it; `reason` says why.
    Failed,
    /// Retries ran out; an operator may replay it.
    Dead,
}

impl EventStatus {
    /// Every status with its text, in the order of a life.
    pub const ALL: [(Self, &str); 6] = [
        (Self::Received, "received"),
        (Self::Processing, "processing"),
        (Self::Processed, "processed"),
        (Self::Skipped, "skipped"),
        (Self::Failed, "failed"),
        (Self::Dead, "dead"),
    ];
}

/// A text that is no event status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownEventStatus;

impl std::fmt::Display for UnknownEventStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = EventStatus::ALL.map(|(_, name)| name);
        write!(f, "must be one of `{}`", names.join("`, `"))
    }
}

impl std::error::Error for UnknownEventStatus {}

impl std::str::FromStr for EventStatus {
    type Err = UnknownEventStatus;

    fn from_str(text: &str) -> Result<Self, UnknownEventStatus> {
        Self::ALL
            .into_iter()
            .find(|(_, name)| *name == text)
            .map(|(status, _)| status)
            .ok_or(UnknownEventStatus)
    }
}

impl std::fmt::Display for EventStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(Self::ALL.into_iter().find(|(status, _)| status == self).map_or("", |(_, name)| name))
    }
}

/// An event as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventSummary {
    /// The id.
    #[schema(value_type = schema::EventId)]
    pub id: EventId,
    /// The provider, or `generic`.
    #[schema(example = "generic")]
    pub source: String,
    /// What happened, in the source's words.
    #[serde(rename = "type")]
    #[schema(example = "call.completed")]
    pub kind: String,
    /// Where it is in its life.
    pub status: EventStatus,
    /// Why it was skipped, failed or is dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    /// What it is about, where the sender says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub subject: Option<String>,
    /// The call's title, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// The customer's company, by name or domain, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub account: Option<String>,
    /// How many signals were found. 0 until it is processed.
    pub signals_count: u32,
    /// The size of the archived payload, in bytes.
    pub size_bytes: u32,
    /// When it happened, where the sender says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub occurred_at: Option<Timestamp>,
    /// When it was accepted.
    pub received_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
    /// The trace from its acceptance to its signals.
    #[schema(pattern = "^[0-9a-f]{32}$", example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    pub trace_id: String,
}

/// An event with what was concluded from it and the steps of its processing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// The event.
    #[serde(flatten)]
    pub summary: EventSummary,
    /// What its signals amount to, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub assessment: Option<Assessment>,
    /// Which extractor found its signals, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub extractor: Option<Extractor>,
    /// The steps of its processing, in order.
    pub steps: Vec<Step>,
}

/// What an event's signals amount to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Assessment {
    /// How well the opportunity is qualified.
    #[schema(minimum = 0, maximum = 1, example = 0.74)]
    pub qualification: f64,
    /// How much speaks against it.
    #[schema(minimum = 0, maximum = 1, example = 0.35)]
    pub risk: f64,
    /// One line for a person.
    #[schema(example = "Known: budget and pain; missing: timeline. Moderate risk: objection (2)")]
    pub headline: String,
    /// How many signals of each kind.
    #[schema(example = json!({ "budget": 1, "objection": 2 }))]
    pub counts: BTreeMap<String, u32>,
}

/// Which extractor found an event's signals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Extractor {
    /// `rules`, or `model` where one is configured and answered. More may come.
    #[schema(example = "model")]
    pub kind: String,
    /// Which model, as its server names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub model: Option<String>,
    /// How many findings were dropped because nobody said what they quote.
    #[serde(default)]
    pub dropped_quotes: u32,
    /// Why the rules stand in for the model that is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub fallback_reason: Option<String>,
}

/// One step of an event's processing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// Which.
    #[schema(example = "extract")]
    pub name: String,
    /// How it stands: `pending`, `running`, `succeeded`, `failed` or `skipped`. More may come.
    #[schema(example = "succeeded")]
    pub status: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When the first try began; `null` while it has not.
    #[schema(required)]
    pub started_at: Option<Timestamp>,
    /// When it ended; `null` while it has not.
    #[schema(required)]
    pub ended_at: Option<Timestamp>,
    /// What the last failed try said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<String>,
}

/// The query of `GET /v1/events`.
#[derive(Debug, Clone, PartialEq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListEvents {
    /// Only events with this status.
    pub status: Option<EventStatus>,
    /// Only events of this source.
    #[param(example = "generic")]
    pub source: Option<String>,
    /// Only events of this type.
    #[param(rename = "type", example = "call.completed")]
    pub kind: Option<String>,
    /// The page.
    #[param(ignore)]
    pub page: PageRequest<EventId>,
}

impl FromQuery for ListEvents {
    fn read(query: &Query) -> Option<Self> {
        Some(Self {
            status: query.value("status"),
            source: query.text("source", SOURCE),
            kind: query.text("type", KIND),
            page: query.page("events", &["status", "source", "type"]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{read_body, read_query};

    #[test]
    fn an_event_needs_source_type_and_payload() {
        let problem = read_body::<SubmitEvent>(b"{}").unwrap_err();
        let pointers: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/source", "/type", "/payload"]);
        assert_eq!(problem.status(), 422);
    }

    #[test]
    fn statuses_are_written_as_they_are_read() {
        for (status, name) in EventStatus::ALL {
            assert_eq!((name.parse(), status.to_string().as_str()), (Ok(status), name));
            assert_eq!(serde_json::to_value(status).unwrap(), name);
        }
        let problem = read_query::<ListEvents>("status=done&source=Zoom").unwrap_err();
        let pointers: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!((problem.status(), pointers), (400, vec!["?status", "?source"]));
    }
}
