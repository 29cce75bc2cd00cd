//! `/admin/api/tenants/{id}/erasures`: removing a tenant's or a contact's data, and the certificates of it.

use std::rc::Rc;

use contracts::pipeline::erasure::{
    self, ErasureClient, ErasureScope, GetErasure, ListErasures, MeasureTenant, ReadErasureError,
    StartErasure, StartErasureError,
};
use contracts::{TenantCall, Timestamp};
use http_api::Page;
use http_api::page::PageRequest;
use http_api::request::{FromBody, FromQuery, Object, Query, TextRule, read_body, read_query};
use ids::ErasureId;
use mesh::{CallError, Transport};
use serde::Serialize;

use crate::answer::Answer;
use crate::audit::Asker;
use crate::problem::{Code, Problem};

/// The pipeline's erasures.
pub type Erasures = ErasureClient<Rc<dyn Transport>>;

/// The body of a request for one.
pub(crate) struct NewErasure {
    /// What to erase.
    pub(crate) scope: ErasureScope,
    /// Why.
    pub(crate) reason: String,
}

impl FromBody for NewErasure {
    fn read(object: &Object<'_>) -> Option<Self> {
        let reason = object.required_text("reason", TextRule::line(500));
        let scope = object.required_text("scope", TextRule::slug(32));
        let scope = match scope.as_deref() {
            Some("tenant") if object.has("contact") => {
                object.refuse("contact", "must be left out where the `scope` is `tenant`");
                None
            }
            Some("tenant") => Some(ErasureScope::Tenant),
            Some("contact") => object.required_object("contact").map(|contact| {
                let text = |name| contact.optional_text(name, TextRule::line(320));
                ErasureScope::Contact { email: text("email"), name: text("name"), account: text("account") }
            }),
            Some(_) => {
                object.refuse("scope", "must be `tenant` or `contact`");
                None
            }
            None => None,
        };
        Some(Self { scope: scope?, reason: reason? })
    }
}

/// The query of the list.
struct Listed(PageRequest<ErasureId>);

impl FromQuery for Listed {
    fn read(query: &Query) -> Option<Self> {
        Some(Self(query.page("erasures", &[])))
    }
}

/// An erasure, as operators see it.
#[derive(Debug, Serialize)]
struct ErasureView {
    id: ErasureId,
    scope: String,
    status: String,
    error: Option<String>,
    requested_by: String,
    reason: String,
    requested_at: http_api::Timestamp,
    completed_at: Option<http_api::Timestamp>,
    events_found: u32,
    events_removed: u32,
}

impl From<erasure::ErasureReport> for ErasureView {
    fn from(report: erasure::ErasureReport) -> Self {
        let time = |time: Timestamp| http_api::Timestamp::from_unix_ms(time.unix_ms());
        Self {
            id: report.erasure_id,
            scope: report.scope,
            status: report.status,
            error: report.error,
            requested_by: report.requested_by,
            reason: report.reason,
            requested_at: time(report.requested_at),
            completed_at: report.completed_at.map(time),
            events_found: report.events_found,
            events_removed: report.events_removed,
        }
    }
}

/// What a body asks to be erased. A whole tenant takes a second person: [`crate::proposals`].
///
/// # Errors
/// A body that does not say what to erase and why.
pub(crate) fn asked(body: &[u8]) -> Result<NewErasure, Problem> {
    read_body(body).map_err(Problem::of_body)
}

/// Starts one of a contact, in the name of whoever asks.
///
/// # Errors
/// Those of [`begin`].
pub(crate) async fn start(
    asker: &Asker<'_>,
    erasures: &Erasures,
    call: &TenantCall,
    NewErasure { scope, reason }: NewErasure,
) -> Result<Answer, Problem> {
    let started = begin(asker, erasures, call, (scope, asker.actor.clone(), reason)).await?;
    Ok(Answer::json(&ErasureView::from(started)).with_status(202))
}

/// What there is of a tenant.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn measure(
    erasures: &Erasures,
    call: &TenantCall,
) -> Result<erasure::TenantMeasure, Problem> {
    erasures.measure_tenant(call, MeasureTenant {}).await.map_err(refused)
}

/// Starts one: of what, in whose name, why. The same idempotency key gives the first again.
///
/// # Errors
/// What cannot be erased so; a key that asked for something else before; a pipeline that does not answer.
pub(crate) async fn begin(
    asker: &Asker<'_>,
    erasures: &Erasures,
    call: &TenantCall,
    (scope, requested_by, reason): (ErasureScope, String, String),
) -> Result<erasure::ErasureReport, Problem> {
    let tenant = call.scope.tenant;
    let mut act = asker.act("erasure.start", Some(tenant), tenant.to_string());
    act.after = Some(serde_json::json!({ "scope": scope_name(&scope) }).to_string());
    let request = StartErasure { scope, requested_by, reason };
    let start = async {
        erasures.start_erasure(call, request).await.map_err(|error| match error {
            CallError::Refused(StartErasureError::Invalid { detail }) => Problem::new(Code::Invalid, detail),
            CallError::Refused(StartErasureError::KeyReused) => Problem::new(
                Code::KeyReused,
                "this idempotency key asked for another erasure before: choose a new one",
            ),
            error => Problem::of_call(&error),
        })
    };
    let told = |report: &erasure::ErasureReport| serde_json::json!({ "erasure": report.erasure_id });
    asker.carry_out(act, start, told).await
}

/// What the audit says of a scope: who is to be forgotten must not be remembered there.
fn scope_name(scope: &ErasureScope) -> &'static str {
    match scope {
        ErasureScope::Tenant => "tenant",
        ErasureScope::Contact { .. } => "contact",
    }
}

/// A page of a tenant's erasures, newest first.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn list(erasures: &Erasures, call: &TenantCall, query: &str) -> Result<Answer, Problem> {
    let Listed(page) = read_query(query).map_err(Problem::of_query)?;
    let request = ListErasures { before: page.after, limit: page.limit };
    let found = erasures.list_erasures(call, request).await.map_err(refused)?;
    let items: Page<ErasureView> =
        page.answer(found.items.into_iter().map(ErasureView::from).collect(), found.next_before);
    Ok(Answer::json(&items))
}

/// How one stands.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn get(
    erasures: &Erasures,
    call: &TenantCall,
    erasure_id: ErasureId,
) -> Result<Answer, Problem> {
    let found = erasures.get_erasure(call, GetErasure { erasure_id }).await.map_err(refused)?;
    Ok(Answer::json(&ErasureView::from(found)))
}

/// The certificate, byte for byte as its hash in the header `x-certificate-sha256` is of it.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn certificate(
    erasures: &Erasures,
    call: &TenantCall,
    erasure_id: ErasureId,
) -> Result<Answer, Problem> {
    let found = erasures.read_certificate(call, GetErasure { erasure_id }).await.map_err(refused)?;
    Ok(Answer::json_text(found.json).with("x-certificate-sha256", found.sha256))
}

/// What a call that gave no reply means for the operator.
fn refused(error: CallError<ReadErasureError>) -> Problem {
    match error {
        CallError::Refused(ReadErasureError::NotFound) => Problem::no_erasure(),
        CallError::Refused(error @ ReadErasureError::NotDone { .. }) => {
            Problem::new(Code::NotDone, error.to_string())
        }
        error => Problem::of_call(&error),
    }
}
