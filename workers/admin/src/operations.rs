//! `/admin/api/events`: events of all tenants, and what became of them.

use std::rc::Rc;

use contracts::pipeline::operations::{
    FindEvents, FoundEvent, FoundEventDetail, OperationsClient, OperationsError,
};
use contracts::pipeline::{EventDetail, EventSummary, GetEvent, StepReport};
use contracts::{OperatorCall, Timestamp};
use http_api::Page;
use http_api::page::PageRequest;
use http_api::request::{FromQuery, Query, TextRule, read_query};
use ids::{EventId, TenantId};
use mesh::{CallError, Transport};
use serde::Serialize;

use crate::audit::Asker;
use crate::problem::{Code, Problem};

/// The pipeline's operations.
pub type Operations = OperationsClient<Rc<dyn Transport>>;

/// The query of the list.
struct Filters {
    tenant: Option<TenantId>,
    status: Option<String>,
    source: Option<String>,
    page: PageRequest<EventId>,
}

impl FromQuery for Filters {
    fn read(query: &Query) -> Option<Self> {
        Some(Self {
            tenant: query.value("tenant"),
            status: query.text("status", TextRule::slug(32)),
            source: query.text("source", TextRule::slug(64)),
            page: query.page("events", &["tenant", "status", "source"]),
        })
    }
}

/// An event, as operators see it: nothing of what was said.
#[derive(Debug, Serialize)]
pub struct EventView {
    /// Its id.
    pub id: EventId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The provider, or `generic`.
    pub source: String,
    /// The type, in the provider's words.
    pub r#type: String,
    /// How it stands.
    pub status: String,
    /// Why it was skipped, failed or died.
    pub reason: Option<String>,
    /// How many signals it has.
    pub signals_count: u32,
    /// Its body's size in bytes.
    pub size_bytes: u32,
    /// Its trace.
    pub trace_id: String,
    /// When it was accepted.
    pub received_at: http_api::Timestamp,
    /// When its status last changed.
    pub updated_at: http_api::Timestamp,
}

/// An event with its steps.
#[derive(Debug, Serialize)]
pub struct EventDetailView {
    #[serde(flatten)]
    event: EventView,
    /// The steps that have begun, in order.
    steps: Vec<StepView>,
    /// The names of those to come.
    pending: Vec<String>,
}

/// A step of an event's workflow.
#[derive(Debug, Serialize)]
pub struct StepView {
    name: String,
    status: String,
    attempts: u32,
    started_at: http_api::Timestamp,
    ended_at: Option<http_api::Timestamp>,
    error: Option<String>,
}

/// A page of events, newest first; of a tenant, a status or a tenant's source where the query says so.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn list(
    operations: &Operations,
    call: &OperatorCall,
    query: &str,
) -> Result<Page<EventView>, Problem> {
    let Filters { tenant, status, source, page } = read_query(query).map_err(Problem::of_query)?;
    let request = FindEvents { tenant, status, source, before: page.after, limit: page.limit };
    let found = operations.find_events(call, request).await.map_err(refused)?;
    let items = found.items.into_iter().map(|FoundEvent { tenant, event }| view(tenant, event));
    Ok(page.answer(items.collect(), found.next_before))
}

/// One event with its steps. A step's error may quote what a customer sent, so that who reads it is on record.
///
/// # Errors
/// What [`refused`] makes of the call; or the act could not be written down.
pub(crate) async fn get(
    asker: &Asker<'_>,
    operations: &Operations,
    call: &OperatorCall,
    event_id: EventId,
) -> Result<EventDetailView, Problem> {
    let found = operations.find_event(call, GetEvent { event_id }).await.map_err(refused)?;
    let FoundEventDetail { tenant, detail: EventDetail { event, steps, pending, .. } } = found;
    asker.record(&asker.act("event.read", Some(tenant), event_id.to_string())).await?;
    let step = |StepReport { name, status, attempts, started_at, ended_at, error }| StepView {
        name,
        status,
        attempts,
        started_at: time(started_at),
        ended_at: ended_at.map(time),
        error,
    };
    Ok(EventDetailView { event: view(tenant, event), steps: steps.into_iter().map(step).collect(), pending })
}

fn view(tenant: TenantId, event: EventSummary) -> EventView {
    EventView {
        id: event.event_id,
        tenant,
        source: event.source,
        r#type: event.kind,
        status: event.status,
        reason: event.reason,
        signals_count: event.signals_count,
        size_bytes: event.size_bytes,
        trace_id: event.trace_id,
        received_at: time(event.received_at),
        updated_at: time(event.updated_at),
    }
}

fn time(time: Timestamp) -> http_api::Timestamp {
    http_api::Timestamp::from_unix_ms(time.unix_ms())
}

/// What a call that gave no reply means for the operator.
fn refused(error: CallError<OperationsError>) -> Problem {
    match error {
        CallError::Refused(OperationsError::NotFound) => Problem::no_event(),
        CallError::Refused(OperationsError::Invalid { detail }) => {
            let pointer = if detail.starts_with("`source`") { "?source" } else { "?status" };
            Problem::new(Code::BadQuery, detail.clone()).about(pointer, detail)
        }
        error => Problem::of_call(&error),
    }
}
