//! One trace across Workers, queue, workflows, alarms and deliveries, as the rows that it left behind tell it.

use ids::{EventId, TenantId};

use crate::{OperatorCall, TenantCall, Timestamp};

/// The most spans of one [`RecordSpans`].
pub const MOST_RECORDED: usize = 200;

/// The admin's view of a trace.
#[mesh::service(contract = "../../contracts/Traces.json")]
pub trait Traces {
    /// What is on record of a trace, over all tenants; nothing where nothing is.
    #[mesh(idempotent)]
    async fn find_trace(&self, context: &OperatorCall, request: FindTrace) -> Result<FoundTrace, TraceError>;
}

/// Keeps what leaves no row of its own: requests, tries of jobs, attempts of deliveries, calls of models.
#[mesh::service(contract = "../../contracts/Spans.json")]
pub trait Spans {
    /// Keeps spans of the tenant's traces. One that is brought again takes the place of what was known of it.
    #[mesh(idempotent)]
    async fn record_spans(&self, context: &TenantCall, request: RecordSpans) -> Result<(), TraceError>;
}

/// Names a trace.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct FindTrace {
    /// Its id: 32 hexadecimal digits.
    pub trace_id: String,
    /// At most so many spans of each kind, up to 1,000.
    pub limit: u32,
}

/// What is on record of a trace.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTrace {
    /// In the order of their starts.
    pub spans: Vec<TraceSpan>,
    /// Whether there are more.
    pub more: bool,
}

/// Spans to keep.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSpans {
    /// At most [`MOST_RECORDED`].
    pub spans: Vec<RecordedSpan>,
}

/// A span and the trace that it belongs to.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedSpan {
    /// The trace's id: 32 hexadecimal digits.
    pub trace_id: String,
    /// The span. Whose it is says the call, not this.
    pub span: TraceSpan,
}

/// Something that took time, or a moment.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceSpan {
    /// `request`, `event`, `queue`, `workflow`, `step`, `approval`, `delivery`, `job`, `try`, `model`, `dead_letter`,
    /// `replay`, `redrive` or `erasure`.
    pub kind: String,
    /// What names it: the id of the thing itself, where it has one.
    pub id: String,
    /// Its id in the trace context: 16 hexadecimal digits.
    pub span_id: String,
    /// The Worker that did it.
    pub service: String,
    /// Whose.
    #[serde(default)]
    pub tenant: Option<TenantId>,
    /// The [`id`](Self::id) of what it is part of, where that is known by name.
    #[serde(default)]
    pub parent: Option<String>,
    /// The span id of what it is part of, where that came in the trace context.
    #[serde(default)]
    pub parent_span: Option<String>,
    /// What it is called.
    pub name: String,
    /// How it stands, in the words of its kind.
    pub status: String,
    /// Whether it went wrong.
    #[serde(default)]
    pub failed: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none where it goes on.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong.
    #[serde(default)]
    pub error: Option<String>,
    /// The event that it tells of, with which it is removed.
    #[serde(default)]
    pub event_id: Option<EventId>,
    /// What else is known of it, such as a model's tokens.
    #[serde(default)]
    pub facts: Vec<SpanFact>,
}

/// Something that is known of a span.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanFact {
    /// What.
    pub name: String,
    /// Its value. Nothing that a customer said, and no secret.
    pub value: String,
}

impl SpanFact {
    /// A fact.
    pub fn new(name: &str, value: impl ToString) -> Self {
        Self { name: name.to_owned(), value: value.to_string() }
    }
}

/// A trace could not be read or kept.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum TraceError {
    /// It cannot be kept: too many spans, or ids that are none.
    #[error("{detail}")]
    Invalid {
        /// What is wrong.
        detail: String,
    },
    /// A store did not answer.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
