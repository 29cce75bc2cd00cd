//! What is on record of traces.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::traces::{RecordedSpan, TraceSpan};
use ids::TenantId;

use super::StoreError;

/// Takes spans of what leaves no row of its own.
#[async_trait(?Send)]
pub trait SpanSink {
    /// Keeps spans of a tenant's traces. One that is brought again takes the place of what was known of it.
    ///
    /// # Errors
    /// When the store does not answer. What is lost is a line of a picture, never work.
    async fn record(&self, tenant: TenantId, spans: Vec<RecordedSpan>) -> Result<(), StoreError>;
}

/// Rows by the trace that they were made in. For operators, who look over all tenants.
#[async_trait(?Send)]
pub trait TraceStore: SpanSink {
    /// Everything of a trace, in the order of the starts, at most `limit` of each kind.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn spans(&self, trace_id: &str, limit: u32) -> Result<Vec<TraceSpan>, StoreError>;

    /// Drops at most `most` recorded spans that began before a time; says how many.
    ///
    /// # Errors
    /// When the store does not answer.
    async fn forget(&self, before: Timestamp, most: u32) -> Result<u32, StoreError>;
}
