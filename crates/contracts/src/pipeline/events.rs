//! Events: accepted, read, listed.

use ids::{EndpointId, EventId};

use crate::Timestamp;

/// The largest body of an event, in bytes: 8 MiB, a quarter of what one message between Workers may carry.
pub const MAX_EVENT_BYTES: usize = 8 * 1024 * 1024;

/// Asks the pipeline to accept an event.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct IngestEvent {
    /// The provider of the catalog, or `generic`.
    pub source: String,
    /// The event's type in the provider's words, such as `call.completed`.
    pub kind: String,
    /// What it is about, where the sender says.
    #[serde(default)]
    pub subject: Option<String>,
    /// When it happened, where the sender says.
    #[serde(default)]
    pub occurred_at: Option<Timestamp>,
    /// The endpoint it came through, for webhooks.
    #[serde(default)]
    pub endpoint_id: Option<EndpointId>,
    /// The sender's own id of this delivery. Without one, the content itself makes a redelivery recognizable.
    #[serde(default)]
    pub delivery_id: Option<String>,
    /// The body's media type.
    pub media_type: String,
    /// The body, byte for byte; at most [`MAX_EVENT_BYTES`].
    pub body: mesh::Bytes,
}

/// Asks the pipeline to ingest an event for a job.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct EmitEvent {
    /// As in [`IngestEvent`].
    pub source: String,
    /// As in [`IngestEvent`].
    pub kind: String,
    /// The payload as JSON text.
    pub payload: String,
}

/// The event is durable.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestReceipt {
    /// The event's id: of the first delivery, when this is a repeated one.
    pub event_id: EventId,
    /// Whether this delivery was seen before.
    pub duplicate: bool,
}

/// Names one event.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct GetEvent {
    /// Which.
    pub event_id: EventId,
}

/// Asks for a page of events, newest first.
#[mesh::message]
#[derive(Debug, Clone, Default)]
pub struct ListEvents {
    /// Only with this status.
    #[serde(default)]
    pub status: Option<String>,
    /// Only from this source.
    #[serde(default)]
    pub source: Option<String>,
    /// Only of this type.
    #[serde(default)]
    pub kind: Option<String>,
    /// Only older than this event.
    #[serde(default)]
    pub before: Option<EventId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of events.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct EventPage {
    /// Newest first.
    pub items: Vec<EventSummary>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_before: Option<EventId>,
}

/// An event without its steps.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct EventSummary {
    /// The id.
    pub event_id: EventId,
    /// The provider, or `generic`.
    pub source: String,
    /// The type.
    pub kind: String,
    /// The subject.
    #[serde(default)]
    pub subject: Option<String>,
    /// `received`, `processing`, `processed`, `skipped`, `failed` or `dead`.
    pub status: String,
    /// Why it was skipped, failed or dead.
    #[serde(default)]
    pub reason: Option<String>,
    /// The call's title.
    #[serde(default)]
    pub title: Option<String>,
    /// The customer's company, by name or domain.
    #[serde(default)]
    pub account: Option<String>,
    /// How many signals were stored.
    pub signals_count: u32,
    /// The body's size in bytes.
    pub size_bytes: u32,
    /// The trace's id.
    pub trace_id: String,
    /// When it happened, where the sender says.
    #[serde(default)]
    pub occurred_at: Option<Timestamp>,
    /// When it was accepted.
    pub received_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
}

/// An event with its steps.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct EventDetail {
    /// The event.
    pub event: EventSummary,
    /// What the evaluate step concluded.
    #[serde(default)]
    pub assessment: Option<Assessment>,
    /// Its workflow's steps that have begun, in order.
    pub steps: Vec<StepReport>,
    /// The names of those to come, in order; none once the event has come to its end.
    #[serde(default)]
    pub pending: Vec<String>,
}

/// What a call's signals amount to.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// How well the opportunity is qualified, 0 to 1.
    pub qualification: f64,
    /// How much speaks against it, 0 to 1.
    pub risk: f64,
    /// One line for a person.
    pub headline: String,
    /// How many signals of each kind.
    pub counts: Vec<KindCount>,
    /// Who found them; not known of events from before this was recorded.
    #[serde(default)]
    pub extractor: Option<ExtractorReport>,
}

/// Which extractor found a call's signals.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractorReport {
    /// `rules` or `model`.
    pub kind: String,
    /// Which model, as its server names it.
    #[serde(default)]
    pub model: Option<String>,
    /// How many findings it claimed whose quote nobody said. They were dropped.
    #[serde(default)]
    pub dropped_quotes: u32,
    /// Why the rules stand in for a model: what its last try failed with.
    #[serde(default)]
    pub fallback_reason: Option<String>,
}

/// A count of one kind of signal.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindCount {
    /// The kind.
    pub kind: String,
    /// How many.
    pub count: u32,
}

/// One step of an event's workflow.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    /// Such as `extract`.
    pub name: String,
    /// `running`, `succeeded`, `failed` or `skipped`.
    pub status: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When the first try began.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// What the last failed try said.
    #[serde(default)]
    pub error: Option<String>,
}

/// The archived bytes of an event.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct RawEvent {
    /// As it was declared on arrival.
    pub media_type: String,
    /// SHA-256 of the body, lower-case hexadecimal.
    pub sha256: String,
    /// Byte for byte what arrived.
    pub body: mesh::Bytes,
}

/// The text that an event's signals were found in.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct SourceText {
    /// The speakers' turns, one a line.
    pub text: String,
}
