//! Rows of a queue and their conversion to the port's records.

use app::ports::{AttemptRecord, DeliveryProgress, DeliveryRecord, EndpointRecord, Phase};
use contracts::Timestamp;
use contracts::pipeline::subscriptions::OrderedBy;
use domain::delivery::{Health, UnknownDeliveryStatus};
use ids::{DeliveryId, EventId, MessageId, SubscriptionId, TenantId};
use mesh::{ParseTraceError, TraceContext};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct CountRow {
    pub(super) count: u32,
}

#[derive(Deserialize)]
pub(super) struct TimeRow {
    pub(super) at: Option<Timestamp>,
}

#[derive(Deserialize)]
pub(super) struct BodyRow {
    pub(super) body: String,
}

#[derive(Deserialize)]
pub(super) struct EndpointRow {
    tenant: TenantId,
    subscription_id: SubscriptionId,
    url: String,
    ordered_by: Option<String>,
    phase: String,
    disabled_reason: Option<String>,
    failures: u32,
    opened: u32,
    open_until: Option<u64>,
    failing_since: Option<u64>,
    secret: String,
    previous_secret: Option<String>,
    previous_secret_until: Option<Timestamp>,
    unreported: u32,
}

#[derive(Deserialize)]
pub(super) struct DeliveryRow {
    id: DeliveryId,
    message_id: MessageId,
    kind: String,
    event_id: Option<EventId>,
    order_key: Option<String>,
    traceparent: String,
    created_at: Timestamp,
    status: String,
    attempts: u32,
    round: u32,
    due_at: Option<Timestamp>,
    settled_at: Option<Timestamp>,
    last_status: Option<u16>,
    last_error: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct AttemptRow {
    number: u32,
    started_at: Timestamp,
    duration_ms: u32,
    status: Option<u16>,
    error: Option<String>,
    excerpt: Option<String>,
}

/// Why a row does not convert.
#[derive(Debug)]
pub(crate) enum RowError {
    /// A column holds no name of its kind.
    Name { column: &'static str, given: String },
    /// The status is none.
    Status(UnknownDeliveryStatus),
    /// The trace is none.
    Trace(ParseTraceError),
}

impl std::fmt::Display for RowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name { column, given } => write!(f, "`{column}`: unknown name `{given}`"),
            Self::Status(error) => write!(f, "`deliveries.status`: {error}"),
            Self::Trace(error) => write!(f, "`deliveries.traceparent`: {error}"),
        }
    }
}

impl TryFrom<EndpointRow> for EndpointRecord {
    type Error = RowError;

    fn try_from(row: EndpointRow) -> Result<Self, RowError> {
        let phase = match (row.phase.as_str(), row.disabled_reason) {
            ("active", _) => Phase::Active,
            ("disabled", reason) => Phase::Disabled { reason: reason.unwrap_or_default() },
            ("closed", _) => Phase::Closed,
            _ => return Err(RowError::Name { column: "endpoint.phase", given: row.phase }),
        };
        Ok(Self {
            tenant: row.tenant,
            subscription_id: row.subscription_id,
            url: row.url,
            ordered_by: row.ordered_by.map(|name| ordered_by(name, "endpoint.ordered_by")).transpose()?,
            phase,
            health: Health {
                failures: row.failures,
                opened: row.opened,
                open_until_ms: row.open_until,
                failing_since_ms: row.failing_since,
            },
            secret: signing::Secret::new(row.secret),
            previous_secret: row.previous_secret.map(signing::Secret::new).zip(row.previous_secret_until),
            unreported: row.unreported == 1,
        })
    }
}

impl TryFrom<DeliveryRow> for DeliveryRecord {
    type Error = RowError;

    fn try_from(row: DeliveryRow) -> Result<Self, RowError> {
        Ok(Self {
            delivery_id: row.id,
            message_id: row.message_id,
            kind: row.kind,
            event_id: row.event_id,
            order_key: row.order_key,
            trace: row.traceparent.parse::<TraceContext>().map_err(RowError::Trace)?,
            created_at: row.created_at,
            progress: DeliveryProgress {
                status: row.status.parse().map_err(RowError::Status)?,
                attempts: row.attempts,
                round: row.round,
                due_at: row.due_at,
                settled_at: row.settled_at,
                last_status: row.last_status,
                last_error: row.last_error,
            },
        })
    }
}

impl From<AttemptRow> for AttemptRecord {
    fn from(row: AttemptRow) -> Self {
        let AttemptRow { number, started_at, duration_ms, status, error, excerpt } = row;
        Self { number, started_at, duration_ms, status, error, excerpt }
    }
}

pub(super) fn phase_name(phase: &Phase) -> &'static str {
    match phase {
        Phase::Active => "active",
        Phase::Disabled { .. } => "disabled",
        Phase::Closed => "closed",
    }
}

pub(crate) const fn ordered_by_name(ordered_by: OrderedBy) -> &'static str {
    match ordered_by {
        OrderedBy::Account => "account",
        OrderedBy::Event => "event",
    }
}

pub(crate) fn ordered_by(name: String, column: &'static str) -> Result<OrderedBy, RowError> {
    match name.as_str() {
        "account" => Ok(OrderedBy::Account),
        "event" => Ok(OrderedBy::Event),
        _ => Err(RowError::Name { column, given: name }),
    }
}
