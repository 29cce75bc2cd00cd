//! Rows of events, steps and the outbox, and their conversion to the ports' records.

use app::ports::{EventRecord, NewEvent, OutboxEntry, StepRecord};
use contracts::Timestamp;
use contracts::pipeline::{Assessment, ExtractorReport, KindCount};
use domain::dispatch::UnknownEventWorkflow;
use domain::event::UnknownStatus;
use ids::{DeadLetterId, EndpointId, EventId, TenantId};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct DeliveryRow {
    pub(super) id: EventId,
    pub(super) content_sha256: String,
}

#[derive(Deserialize)]
pub(super) struct DepthRow {
    pub(super) depth: u32,
}

#[derive(Deserialize)]
pub(super) struct EventRow {
    id: EventId,
    run: u32,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    workflow: String,
    subject: Option<String>,
    endpoint_id: Option<EndpointId>,
    delivery_key: String,
    content_sha256: String,
    object_key: String,
    media_type: String,
    size_bytes: u32,
    status: String,
    reason: Option<String>,
    title: Option<String>,
    account: Option<String>,
    signals_count: u32,
    assessment: Option<String>,
    traceparent: String,
    occurred_at: Option<Timestamp>,
    received_at: Timestamp,
    updated_at: Timestamp,
}

/// An event of whichever tenant.
#[derive(Deserialize)]
pub(super) struct FoundRow {
    tenant_id: TenantId,
    #[serde(flatten)]
    event: EventRow,
}

impl TryFrom<FoundRow> for (TenantId, EventRecord) {
    type Error = EventRowError;

    fn try_from(row: FoundRow) -> Result<Self, EventRowError> {
        Ok((row.tenant_id, row.event.try_into()?))
    }
}

#[derive(Deserialize)]
pub(super) struct OwnerRow {
    pub(super) tenant_id: TenantId,
}

#[derive(Deserialize)]
pub(super) struct LetterRow {
    pub(super) id: DeadLetterId,
    pub(super) run: u32,
}

#[derive(Deserialize)]
pub(super) struct LocatedRow {
    pub(super) tenant_id: TenantId,
    pub(super) event_id: Option<EventId>,
}

/// Why an event's row does not convert.
#[derive(Debug)]
pub(super) enum EventRowError {
    Status(UnknownStatus),
    Workflow(UnknownEventWorkflow),
    Assessment(serde_json::Error),
}

impl std::fmt::Display for EventRowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(error) => write!(f, "`events.status`: {error}"),
            Self::Workflow(error) => write!(f, "`events.workflow`: {error}"),
            Self::Assessment(error) => write!(f, "`events.assessment`: {error}"),
        }
    }
}

impl TryFrom<EventRow> for EventRecord {
    type Error = EventRowError;

    fn try_from(row: EventRow) -> Result<Self, EventRowError> {
        Ok(Self {
            run: row.run,
            status: row.status.parse().map_err(EventRowError::Status)?,
            reason: row.reason,
            title: row.title,
            account: row.account,
            signals_count: row.signals_count,
            assessment: row.assessment.as_deref().map(read_assessment).transpose()?,
            updated_at: row.updated_at,
            event: NewEvent {
                event_id: row.id,
                source: row.source,
                kind: row.kind,
                workflow: row.workflow.parse().map_err(EventRowError::Workflow)?,
                subject: row.subject,
                endpoint_id: row.endpoint_id,
                delivery_key: row.delivery_key,
                content_sha256: row.content_sha256,
                object_key: row.object_key,
                media_type: row.media_type,
                size_bytes: row.size_bytes,
                traceparent: row.traceparent,
                occurred_at: row.occurred_at,
                received_at: row.received_at,
            },
        })
    }
}

/// An assessment as stored: its own shape, so that a change of the contract's does not change what was stored.
#[derive(Serialize, Deserialize)]
struct AssessmentJson {
    qualification: f64,
    risk: f64,
    headline: String,
    counts: Vec<CountJson>,
    #[serde(default)]
    extractor: Option<ExtractorJson>,
}

#[derive(Serialize, Deserialize)]
struct ExtractorJson {
    kind: String,
    model: Option<String>,
    dropped_quotes: u32,
    fallback_reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct CountJson {
    kind: String,
    count: u32,
}

pub(super) fn assessment_json(assessment: &Assessment) -> String {
    let counts = assessment
        .counts
        .iter()
        .map(|KindCount { kind, count }| CountJson { kind: kind.clone(), count: *count });
    let stored = AssessmentJson {
        qualification: assessment.qualification,
        risk: assessment.risk,
        headline: assessment.headline.clone(),
        counts: counts.collect(),
        extractor: assessment.extractor.clone().map(|extractor| {
            let ExtractorReport { kind, model, dropped_quotes, fallback_reason } = extractor;
            ExtractorJson { kind, model, dropped_quotes, fallback_reason }
        }),
    };
    serde_json::json!(stored).to_string()
}

fn read_assessment(json: &str) -> Result<Assessment, EventRowError> {
    let stored: AssessmentJson = serde_json::from_str(json).map_err(EventRowError::Assessment)?;
    let counts = stored.counts.into_iter().map(|CountJson { kind, count }| KindCount { kind, count });
    Ok(Assessment {
        qualification: stored.qualification,
        risk: stored.risk,
        headline: stored.headline,
        counts: counts.collect(),
        extractor: stored.extractor.map(|extractor| {
            let ExtractorJson { kind, model, dropped_quotes, fallback_reason } = extractor;
            ExtractorReport { kind, model, dropped_quotes, fallback_reason }
        }),
    })
}

#[derive(Deserialize)]
pub(super) struct StepRow {
    position: u32,
    name: String,
    status: String,
    attempts: u32,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    error: Option<String>,
}

impl TryFrom<StepRow> for StepRecord {
    type Error = UnknownStatus;

    fn try_from(row: StepRow) -> Result<Self, UnknownStatus> {
        let StepRow { position, name, status, attempts, started_at, ended_at, error } = row;
        Ok(Self { position, name, status: status.parse()?, attempts, started_at, ended_at, error })
    }
}

#[derive(Deserialize)]
pub(super) struct OutboxRow {
    tenant_id: TenantId,
    event_id: EventId,
    run: u32,
    workflow: String,
    traceparent: String,
    attempts: u32,
    handovers: u32,
    last_error: Option<String>,
    created_at: Timestamp,
}

impl TryFrom<OutboxRow> for OutboxEntry {
    type Error = UnknownEventWorkflow;

    fn try_from(row: OutboxRow) -> Result<Self, UnknownEventWorkflow> {
        Ok(Self {
            tenant: row.tenant_id,
            event_id: row.event_id,
            run: row.run,
            workflow: row.workflow.parse()?,
            traceparent: row.traceparent,
            attempts: row.attempts,
            handovers: row.handovers,
            last_error: row.last_error,
            created_at: row.created_at,
        })
    }
}
