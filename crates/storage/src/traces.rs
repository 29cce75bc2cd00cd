//! Traces over SQL: spans that were recorded, and rows of events, workflows and the like by the trace that made them.

use app::ports::{SpanSink, StoreError, TraceStore};
use app::traces::span_of;
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::traces::{RecordedSpan, SpanFact, TraceSpan};
use ids::{EventId, TenantId};
use serde::{Deserialize, Serialize};

use crate::sql::{SqlDatabase, Statement, values};

/// Traces over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlTraceStore<D> {
    database: D,
}

impl<D> SqlTraceStore<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

/// A statement from a file in `queries/traces`.
macro_rules! query {
    ($name:literal, $values:expr) => {
        Statement::new(include_str!(concat!("../queries/traces/", $name, ".sql")), $values)
    };
}

/// One select a kind: D1 joins no more than five by `UNION`.
fn selects(trace_id: &str, limit: u32) -> Vec<Statement> {
    vec![
        query!("recorded", values![trace_id, limit]),
        query!("events", values![trace_id, limit]),
        query!("queue", values![trace_id, limit]),
        query!("workflows", values![trace_id, limit]),
        query!("event_steps", values![trace_id, limit]),
        query!("run_steps", values![trace_id, limit]),
        query!("approvals", values![trace_id, limit]),
        query!("dead_letters", values![trace_id, limit]),
        query!("replays", values![trace_id, limit]),
        query!("redrives", values![trace_id, limit]),
        query!("erasures", values![trace_id, limit]),
    ]
}

#[derive(Deserialize)]
struct SpanRow {
    kind: String,
    id: String,
    span_id: Option<String>,
    service: Option<String>,
    tenant_id: Option<TenantId>,
    parent: Option<String>,
    parent_span: Option<String>,
    name: String,
    status: String,
    failed: u8,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    attempts: u32,
    error: Option<String>,
    event_id: Option<EventId>,
    facts: Option<String>,
}

impl TryFrom<SpanRow> for TraceSpan {
    type Error = serde_json::Error;

    fn try_from(row: SpanRow) -> Result<Self, serde_json::Error> {
        let facts: Vec<(String, String)> =
            row.facts.map(|facts| serde_json::from_str(&facts)).transpose()?.unwrap_or_default();
        Ok(Self {
            kind: row.kind,
            span_id: row.span_id.unwrap_or_else(|| format!("{:016x}", span_of(&row.id))),
            id: row.id,
            // All other rows are the pipeline's own.
            service: row.service.unwrap_or_else(|| "pipeline".to_owned()),
            tenant: row.tenant_id,
            parent: row.parent,
            parent_span: row.parent_span,
            name: row.name,
            status: row.status,
            failed: row.failed > 0,
            started_at: row.started_at,
            ended_at: row.ended_at,
            attempts: row.attempts,
            error: row.error,
            event_id: row.event_id,
            facts: facts.into_iter().map(|(name, value)| SpanFact { name, value }).collect(),
        })
    }
}

#[derive(Serialize)]
struct NewSpanRow<'a> {
    trace_id: &'a str,
    span_id: &'a str,
    event_id: Option<EventId>,
    id: &'a str,
    kind: &'a str,
    service: &'a str,
    parent_span: Option<&'a str>,
    name: &'a str,
    status: &'a str,
    failed: u8,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    attempts: u32,
    error: Option<&'a str>,
    facts: Option<Vec<(&'a str, &'a str)>>,
}

impl<'a> NewSpanRow<'a> {
    fn of(RecordedSpan { trace_id, span }: &'a RecordedSpan) -> Self {
        let facts: Vec<_> = span.facts.iter().map(|fact| (&*fact.name, &*fact.value)).collect();
        Self {
            trace_id,
            span_id: &span.span_id,
            event_id: span.event_id,
            id: &span.id,
            kind: &span.kind,
            service: &span.service,
            parent_span: span.parent_span.as_deref(),
            name: &span.name,
            status: &span.status,
            failed: span.failed.into(),
            started_at: span.started_at,
            ended_at: span.ended_at,
            attempts: span.attempts,
            error: span.error.as_deref(),
            facts: Some(facts).filter(|facts| !facts.is_empty()),
        }
    }
}

#[derive(Deserialize)]
struct GoneRow {}

#[async_trait(?Send)]
impl<D: SqlDatabase> SpanSink for SqlTraceStore<D> {
    async fn record(&self, tenant: TenantId, spans: Vec<RecordedSpan>) -> Result<(), StoreError> {
        if spans.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = spans.iter().map(NewSpanRow::of).collect();
        let rows = serde_json::to_string(&rows)
            .map_err(|error| StoreError::new(self.database.name(), error.to_string()))?;
        self.database.query(query!("record", values![tenant, rows])).await.map(drop)
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> TraceStore for SqlTraceStore<D> {
    async fn spans(&self, trace_id: &str, limit: u32) -> Result<Vec<TraceSpan>, StoreError> {
        let mut spans = Vec::new();
        for rows in self.database.batch(selects(trace_id, limit)).await? {
            spans.extend(rows.read::<SpanRow, TraceSpan>()?);
        }
        spans.sort_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
        Ok(spans)
    }

    async fn forget(&self, before: Timestamp, most: u32) -> Result<u32, StoreError> {
        let gone = self.database.query(query!("forget", values![before, most])).await?;
        Ok(gone.read::<GoneRow, GoneRow>()?.len() as u32)
    }
}
