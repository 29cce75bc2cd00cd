//! `/admin/api/subscriptions`: a tenant's subscriptions, what was delivered to them, sending it again, and opening an
//! endpoint that was given up.

use std::rc::Rc;

use contracts::TenantCall;
use contracts::pipeline::subscriptions::{
    Delivery, DeliveryDetail, GetDelivery, GetSubscription, ListDeliveries, ListSubscriptions, Subscription,
    SubscriptionError, SubscriptionStatus, SubscriptionsClient,
};
use http_api::Page;
use http_api::page::PageRequest;
use http_api::request::{FromQuery, Query, TextRule, read_query};
use ids::{DeliveryId, EventId, MessageId, SubscriptionId, TenantId};
use mesh::{CallError, Transport};
use serde::Serialize;
use serde_json::json;

use crate::audit::Asker;
use crate::operations::time;
use crate::problem::{Code, Problem};

/// The pipeline's subscriptions.
pub type Subscriptions = SubscriptionsClient<Rc<dyn Transport>>;

/// The query of the list of subscriptions; its tenant is read by whoever makes the call.
struct Listed(PageRequest<SubscriptionId>);

impl FromQuery for Listed {
    fn read(query: &Query) -> Option<Self> {
        Some(Self(query.page("subscriptions", &["tenant"])))
    }
}

/// The query of a subscription's deliveries.
struct Delivered {
    status: Option<String>,
    page: PageRequest<DeliveryId>,
}

impl FromQuery for Delivered {
    fn read(query: &Query) -> Option<Self> {
        let status = query.text("status", TextRule::slug(32));
        Some(Self { status, page: query.page("deliveries", &["tenant", "status"]) })
    }
}

/// A subscription, as operators see it: never its secret.
#[derive(Debug, Serialize)]
pub struct SubscriptionView {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose.
    pub tenant: TenantId,
    /// Where messages go.
    pub url: String,
    /// Which.
    pub kinds: Vec<String>,
    /// What its owner says of it.
    pub description: Option<String>,
    /// `active` or `disabled`.
    pub status: &'static str,
    /// Why it was disabled.
    pub disabled_reason: Option<String>,
    /// When.
    pub disabled_at: Option<http_api::Timestamp>,
    /// How its endpoint is; none in a list.
    pub endpoint: Option<EndpointView>,
    /// When it was made.
    pub created_at: http_api::Timestamp,
}

/// How an endpoint is.
#[derive(Debug, Serialize)]
pub struct EndpointView {
    /// `closed` while it is well, `open` while it is left alone, `half_open` while it is tried.
    pub circuit: String,
    /// Until when it is left alone.
    pub open_until: Option<http_api::Timestamp>,
    /// Failures in a row.
    pub failures: u32,
    /// Since when it fails.
    pub failing_since: Option<http_api::Timestamp>,
    /// Messages that wait.
    pub waiting: u32,
}

/// A delivery of a message to a subscription.
#[derive(Debug, Serialize)]
pub struct DeliveryView {
    /// Its id.
    pub id: DeliveryId,
    /// Whose.
    pub tenant: TenantId,
    /// The message, the same in each of its deliveries.
    pub message_id: MessageId,
    /// To which subscription.
    pub subscription_id: SubscriptionId,
    /// The message's kind.
    pub kind: String,
    /// The event that it tells of.
    pub event_id: Option<EventId>,
    /// How it stands.
    pub status: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What the endpoint answered last.
    pub last_status: Option<u16>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it is tried next.
    pub next_attempt_at: Option<http_api::Timestamp>,
    /// When it was made.
    pub created_at: http_api::Timestamp,
    /// When it was delivered or given up.
    pub settled_at: Option<http_api::Timestamp>,
    /// The trace of what it tells of.
    pub trace_id: String,
}

/// A try to deliver it. What the endpoint answered is left out, and so is the message: both are the customer's.
#[derive(Debug, Serialize)]
pub struct AttemptView {
    /// Counted from 1.
    pub number: u32,
    /// When it began.
    pub started_at: http_api::Timestamp,
    /// How long it took.
    pub duration_ms: u32,
    /// What the endpoint answered.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
}

/// A delivery with its attempts.
#[derive(Debug, Serialize)]
pub struct DeliveryDetailView {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: DeliveryView,
    /// Its attempts that are kept, in order.
    pub tries: Vec<AttemptView>,
}

/// A page of a tenant's subscriptions, newest first.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn list(
    subscriptions: &Subscriptions,
    call: &TenantCall,
    query: &str,
) -> Result<Page<SubscriptionView>, Problem> {
    let Listed(page) = read_query(query).map_err(Problem::of_query)?;
    let request = ListSubscriptions { before: page.after, limit: page.limit };
    let found = subscriptions.list_subscriptions(call, request).await.map_err(refused)?;
    let items = found.items.into_iter().map(|one| view(call.scope.tenant, one));
    Ok(page.answer(items.collect(), found.next_before))
}

/// One subscription with its endpoint's state.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn get(
    subscriptions: &Subscriptions,
    call: &TenantCall,
    subscription_id: SubscriptionId,
) -> Result<SubscriptionView, Problem> {
    let found = subscriptions.get_subscription(call, GetSubscription { subscription_id }).await;
    Ok(view(call.scope.tenant, found.map_err(refused)?))
}

/// A page of what was delivered to a subscription, newest first.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn delivered(
    subscriptions: &Subscriptions,
    call: &TenantCall,
    subscription_id: SubscriptionId,
    query: &str,
) -> Result<Page<DeliveryView>, Problem> {
    let Delivered { status, page } = read_query(query).map_err(Problem::of_query)?;
    let request = ListDeliveries { subscription_id, status, before: page.after, limit: page.limit };
    let found = subscriptions.list_deliveries(call, request).await.map_err(refused)?;
    let items = found.items.into_iter().map(|one| delivery_view(call.scope.tenant, one));
    Ok(page.answer(items.collect(), found.next_before))
}

/// One delivery with its attempts.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn delivery(
    subscriptions: &Subscriptions,
    call: &TenantCall,
    delivery_id: DeliveryId,
) -> Result<DeliveryDetailView, Problem> {
    let found = subscriptions.get_delivery(call, GetDelivery { delivery_id }).await.map_err(refused)?;
    let DeliveryDetail { delivery, attempts, .. } = found;
    let attempts = attempts.into_iter().map(|attempt| AttemptView {
        number: attempt.number,
        started_at: time(attempt.started_at),
        duration_ms: attempt.duration_ms,
        status: attempt.status,
        error: attempt.error,
    });
    let tries = attempts.collect();
    Ok(DeliveryDetailView { delivery: delivery_view(call.scope.tenant, delivery), tries })
}

/// Sends a message once more.
///
/// # Errors
/// What [`refused`] makes of the call; or the act could not be written down.
pub(crate) async fn redeliver(
    asker: &Asker<'_>,
    subscriptions: &Subscriptions,
    call: &TenantCall,
    delivery_id: DeliveryId,
) -> Result<DeliveryView, Problem> {
    let tenant = call.scope.tenant;
    let act = asker.act("delivery.redeliver", Some(tenant), delivery_id.to_string());
    let effect = async { subscriptions.redeliver(call, GetDelivery { delivery_id }).await.map_err(refused) };
    let told = |again: &Delivery| json!({ "delivery": again.delivery_id, "status": again.status });
    Ok(delivery_view(tenant, asker.carry_out(act, effect, told).await?))
}

/// Opens the endpoint of a subscription that was disabled.
///
/// # Errors
/// What [`refused`] makes of the call; or the act could not be written down.
pub(crate) async fn enable(
    asker: &Asker<'_>,
    subscriptions: &Subscriptions,
    call: &TenantCall,
    subscription_id: SubscriptionId,
) -> Result<SubscriptionView, Problem> {
    let tenant = call.scope.tenant;
    let act = asker.act("subscription.enable", Some(tenant), subscription_id.to_string());
    let effect = async {
        subscriptions.enable_subscription(call, GetSubscription { subscription_id }).await.map_err(refused)
    };
    let told = |now: &Subscription| json!({ "status": status(now.status) });
    Ok(view(tenant, asker.carry_out(act, effect, told).await?))
}

const fn status(status: SubscriptionStatus) -> &'static str {
    match status {
        SubscriptionStatus::Active => "active",
        SubscriptionStatus::Disabled => "disabled",
    }
}

fn view(tenant: TenantId, one: Subscription) -> SubscriptionView {
    let endpoint = one.endpoint.map(|endpoint| EndpointView {
        circuit: endpoint.circuit,
        open_until: endpoint.open_until.map(time),
        failures: endpoint.failures,
        failing_since: endpoint.failing_since.map(time),
        waiting: endpoint.waiting,
    });
    SubscriptionView {
        id: one.subscription_id,
        tenant,
        url: one.url,
        kinds: one.kinds,
        description: one.description,
        status: status(one.status),
        disabled_reason: one.disabled_reason,
        disabled_at: one.disabled_at.map(time),
        endpoint,
        created_at: time(one.created_at),
    }
}

fn delivery_view(tenant: TenantId, one: Delivery) -> DeliveryView {
    DeliveryView {
        id: one.delivery_id,
        tenant,
        message_id: one.message_id,
        subscription_id: one.subscription_id,
        kind: one.kind,
        event_id: one.event_id,
        status: one.status,
        attempts: one.attempts,
        last_status: one.last_status,
        last_error: one.last_error,
        next_attempt_at: one.next_attempt_at.map(time),
        created_at: time(one.created_at),
        settled_at: one.settled_at.map(time),
        trace_id: one.trace_id,
    }
}

/// What a call that gave no reply means for the operator.
fn refused(error: CallError<SubscriptionError>) -> Problem {
    match error {
        CallError::Refused(SubscriptionError::NotFound) => Problem::no_subscription(),
        CallError::Refused(SubscriptionError::DeliveryNotFound) => Problem::no_delivery(),
        CallError::Refused(SubscriptionError::Invalid { pointer, detail }) => {
            Problem::new(Code::BadQuery, format!("`{pointer}` {detail}")).about("?status", detail)
        }
        CallError::Refused(SubscriptionError::Conflict { detail }) => Problem::new(Code::NotPossible, detail),
        error => Problem::of_call(&error),
    }
}
