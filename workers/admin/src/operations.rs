//! `/admin/api/events`: events of all tenants, and what became of them.

use std::rc::Rc;

use contracts::pipeline::operations::{
    FindEvents, FoundEvent, FoundEventDetail, Locate, Located, OperationsClient, OperationsError,
};
use contracts::pipeline::{EventDetail, EventSummary, GetEvent, StepReport};
use contracts::{OperatorCall, Timestamp};
use http_api::Page;
use http_api::page::PageRequest;
use http_api::request::{FromQuery, Query, TextRule, read_query};
use ids::{DeadLetterId, EventId, TenantId};
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
    since: Option<http_api::Timestamp>,
    until: Option<http_api::Timestamp>,
    page: PageRequest<EventId>,
}

impl FromQuery for Filters {
    fn read(query: &Query) -> Option<Self> {
        Some(Self {
            tenant: query.value("tenant"),
            status: query.text("status", TextRule::slug(32)),
            source: query.text("source", TextRule::slug(64)),
            since: query.value("since"),
            until: query.value("until"),
            page: query.page("events", &["tenant", "status", "source", "since", "until"]),
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
    /// The event.
    #[serde(flatten)]
    pub event: EventView,
    /// Which run of it is under way, or was the last: 0 the first.
    pub run: u32,
    /// The steps that have begun, in order.
    pub steps: Vec<StepView>,
    /// The names of those to come.
    pub pending: Vec<String>,
    /// The dead letters of its runs, the earliest first.
    pub dead_letters: Vec<LetterView>,
}

/// A dead letter of an event.
#[derive(Debug, Serialize)]
pub struct LetterView {
    /// Which run died.
    pub run: u32,
    /// The letter's id.
    pub id: DeadLetterId,
}

/// A step of a workflow.
#[derive(Debug, Serialize)]
pub struct StepView {
    /// Its name.
    pub name: String,
    /// `running`, `succeeded`, `failed` or `skipped`.
    pub status: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When the first try began.
    pub started_at: http_api::Timestamp,
    /// When it ended.
    pub ended_at: Option<http_api::Timestamp>,
    /// What the last failed try said.
    pub error: Option<String>,
}

pub(crate) fn step(step: StepReport) -> StepView {
    let StepReport { name, status, attempts, started_at, ended_at, error } = step;
    StepView { name, status, attempts, started_at: time(started_at), ended_at: ended_at.map(time), error }
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
    let Filters { tenant, status, source, since, until, page } =
        read_query(query).map_err(Problem::of_query)?;
    let moment = |at: http_api::Timestamp| Timestamp::from_unix_ms(at.unix_ms());
    let request = FindEvents {
        tenant,
        status,
        source,
        since: since.map(moment),
        until: until.map(moment),
        before: page.after,
        limit: page.limit,
    };
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
    let found = peek(operations, call, event_id).await?;
    asker.record(&asker.act("event.read", Some(found.event.tenant), event_id.to_string())).await?;
    Ok(found)
}

/// As [`get`], for what is shown without a word of what a customer sent.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn peek(
    operations: &Operations,
    call: &OperatorCall,
    event_id: EventId,
) -> Result<EventDetailView, Problem> {
    let found = operations.find_event(call, GetEvent { event_id }).await.map_err(refused)?;
    let FoundEventDetail { tenant, detail: EventDetail { event, steps, pending, .. }, run, letters } = found;
    let letters = letters.into_iter().map(|letter| LetterView { run: letter.run, id: letter.letter_id });
    Ok(EventDetailView {
        event: view(tenant, event),
        run,
        steps: steps.into_iter().map(step).collect(),
        pending,
        dead_letters: letters.collect(),
    })
}

/// Whose something is, by its id alone.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn locate(
    operations: &Operations,
    call: &OperatorCall,
    id: &str,
) -> Result<Option<Located>, Problem> {
    operations.locate(call, Locate { id: id.to_owned() }).await.map_err(refused)
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

pub(crate) fn time(time: Timestamp) -> http_api::Timestamp {
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
