//! Accepting an event: raw bytes first, then the row with its outbox entry, then the queue.
//!
//! The order is the promise. Once the row exists the event will be worked off: the queue makes it quick, and the
//! sweep over the outbox makes it certain. Bytes without a row are harmless: nothing was acknowledged.

use async_trait::async_trait;
use contracts::pipeline::{IngestEvent, IngestEventError, IngestReceipt, MAX_EVENT_BYTES};
use contracts::{Actor, TenantCall, Timestamp};
use domain::EventWorkflow;
use domain::dispatch::{PayloadShape, depends_on_shape, event_workflow};
use ids::{EndpointId, EventId};

use super::PipelinePorts;
use super::archive::object_key;
use super::crm_change::shape;
use super::ids_of::sha256_hex;
use crate::ports::{EarlierKey, EventMessage, Inserted, ItemIntake, NewEvent, StoreError};
use crate::workflows::sync::description_of;

/// How long after acceptance the sweep looks at an event for the first time.
const SWEEP_GRACE_MS: u64 = 15_000;

/// For how long the same content from an endpoint is the same delivery, where the provider sends no id of its own:
/// a day, which is longer than providers go on redelivering what was not acknowledged within minutes, and shorter than
/// the time after which the same words are news again.
const CONTENT_WINDOW_MS: u64 = 24 * 3_600_000;

/// Delivery keys longer than this are replaced by their hash.
const MAX_DELIVERY_KEY: usize = 200;

pub(super) async fn ingest_event(
    ports: &PipelinePorts,
    context: &TenantCall,
    request: IngestEvent,
) -> Result<IngestReceipt, IngestEventError> {
    let item = match &context.scope.actor {
        Actor::Endpoint(endpoint) => item_of(ports, context, *endpoint, &request.body.0).await?,
        _ => None,
    };
    accept(ports, context, request, item.as_deref()).await
}

/// Accepts an event. `item` is the provider's id of the call that it brings, where its history is known: by webhook or
/// from the list, it is accepted once.
pub(super) async fn accept(
    ports: &PipelinePorts,
    context: &TenantCall,
    request: IngestEvent,
    item: Option<&str>,
) -> Result<IngestReceipt, IngestEventError> {
    if request.body.0.len() > MAX_EVENT_BYTES {
        return Err(IngestEventError::TooLarge { limit: MAX_EVENT_BYTES as u32 });
    }
    if !is_another_form(&context.scope.actor, &request.media_type) {
        check_json(&request.body.0)?;
    }

    let tenant = context.scope.tenant;
    let received_at = ports.clock.now();
    let event_id = EventId::from_parts(received_at.unix_ms(), ports.random.for_id());
    let sha256 = sha256_hex(&request.body.0);
    let (mut delivery_key, mut earlier) =
        delivery_key(&context.scope.actor, request.delivery_id.as_deref(), &sha256, event_id, received_at);
    if let (Actor::Endpoint(endpoint), Some(item)) = (&context.scope.actor, item) {
        // The same delivery may have come before its endpoint had a history.
        earlier = Some(EarlierKey { key: delivery_key, after: Timestamp::from_unix_ms(0) });
        delivery_key = shortened(format!("{endpoint}:item:{item}"));
    }
    let workflow = workflow(&request.source, &request.body.0);
    let event = NewEvent {
        event_id,
        workflow,
        source: request.source,
        kind: request.kind,
        subject: request.subject,
        endpoint_id: request.endpoint_id,
        delivery_key,
        object_key: object_key(tenant, received_at, &sha256),
        content_sha256: sha256,
        media_type: request.media_type,
        size_bytes: request.body.0.len() as u32,
        traceparent: context.trace.to_string(),
        occurred_at: request.occurred_at,
        received_at,
    };

    ports.archive.put(&event.object_key, &event.media_type, request.body.0).await.map_err(unavailable)?;
    let sweep_at = Timestamp::from_unix_ms(received_at.unix_ms() + SWEEP_GRACE_MS);
    match ports.events.insert(tenant, &event, earlier.as_ref(), sweep_at).await.map_err(unavailable)? {
        Inserted::New => {}
        Inserted::Existing { event_id, content_sha256 } => {
            let same = content_sha256 == event.content_sha256;
            // A provider owns its delivery ids, so a changed body is its business; a client's key promises sameness.
            return match context.scope.actor {
                Actor::Key(_) if !same => Err(IngestEventError::KeyReused),
                _ => Ok(IngestReceipt { event_id, duplicate: true }),
            };
        }
    }
    let message = EventMessage { tenant, event_id, run: 0, workflow, traceparent: event.traceparent };
    // The event is safe by now. A queue that is down costs time, which is what the sweep is for.
    if let Err(error) = ports.queue.send(&[message]).await {
        tracing::warn!(event = "queue.send_failed", %tenant, %event_id, trace_id = context.trace.trace_id(), %error);
    }
    Ok(IngestReceipt { event_id, duplicate: false })
}

/// What makes a second delivery recognizable: the sender's id of it, else its content; within who sent it. Content is
/// recognized for [`CONTENT_WINDOW_MS`]: its key names the window that the event was accepted in, and one that was
/// accepted in the window before counts for as long as it is not older than that.
fn delivery_key(
    actor: &Actor,
    delivery_id: Option<&str>,
    sha256: &str,
    event_id: EventId,
    received_at: Timestamp,
) -> (String, Option<EarlierKey>) {
    let mut earlier = None;
    let key = match (actor, delivery_id) {
        (Actor::Endpoint(endpoint), Some(delivery)) => format!("{endpoint}:id:{delivery}"),
        (Actor::Endpoint(endpoint), None) => {
            let now = received_at.unix_ms();
            let window = now / CONTENT_WINDOW_MS;
            let key = |window| format!("{endpoint}:sha256:{sha256}:{window}");
            let after = Timestamp::from_unix_ms(now.saturating_sub(CONTENT_WINDOW_MS));
            earlier = window.checked_sub(1).map(|before| EarlierKey { key: key(before), after });
            key(window)
        }
        (Actor::Key(_), Some(idempotency)) => format!("api:key:{idempotency}"),
        // Two equal calls without a key are two events: the client did not say that they are one.
        (Actor::Key(_), None) => format!("api:{event_id}"),
        (Actor::Job(job), Some(idempotency)) => format!("{job}:key:{idempotency}"),
        (Actor::Job(job), None) => format!("{job}:{event_id}"),
        (Actor::Service(service), Some(idempotency)) => format!("{service}:key:{idempotency}"),
        (Actor::Service(service), None) => format!("{service}:{event_id}"),
    };
    (shortened(key), earlier)
}

fn shortened(key: String) -> String {
    if key.len() <= MAX_DELIVERY_KEY { key } else { format!("sha256:{}", sha256_hex(key.as_bytes())) }
}

/// The call that a delivery brings, where its endpoint has a history whose description says so.
async fn item_of(
    ports: &PipelinePorts,
    context: &TenantCall,
    endpoint: EndpointId,
    body: &[u8],
) -> Result<Option<String>, IngestEventError> {
    let found = ports.histories.get(context.scope.tenant, endpoint).await.map_err(unavailable)?;
    // A description that cannot be read holds up no delivery: its runs say so.
    let description = found.and_then(|record| description_of(&record).ok());
    Ok(description.and_then(|description| description.item_of_delivery(body)))
}

/// [`ItemIntake`] over the ports of the pipeline.
#[derive(Clone)]
pub struct HistoryIntake(pub PipelinePorts);

#[async_trait(?Send)]
impl ItemIntake for HistoryIntake {
    async fn take(
        &self,
        context: &TenantCall,
        request: IngestEvent,
        item_id: &str,
    ) -> Result<IngestReceipt, IngestEventError> {
        accept(&self.0, context, request, Some(item_id)).await
    }
}

/// Whether a provider declares the body as something that is not JSON on purpose: Twilio and Slack send forms,
/// Salesforce sends XML. It is archived like any other; its workflow skips what it cannot read.
fn is_another_form(actor: &Actor, media_type: &str) -> bool {
    matches!(actor, Actor::Endpoint(_)) && is_form_or_xml(media_type)
}

/// Whether a media type is a form's or XML's.
pub(super) fn is_form_or_xml(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(essence.as_str(), "application/x-www-form-urlencoded" | "text/xml" | "application/xml")
        || (essence.starts_with("application/") && essence.ends_with("+xml"))
}

/// Whether the body is JSON, as leniently as the transcript reader takes it. A cheap scan answers for nearly all; the
/// full, tolerant reading decides about the rest.
fn check_json(body: &[u8]) -> Result<(), IngestEventError> {
    if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok() {
        return Ok(());
    }
    match transcript::decode_json(body) {
        Ok(_) => Ok(()),
        Err(error) => Err(IngestEventError::NotJson { detail: error.to_string() }),
    }
}

/// What works the event off. Only where the payload decides is it read, and only if it may be a CRM's at all.
fn workflow(source: &str, body: &[u8]) -> EventWorkflow {
    let shape = if depends_on_shape(source) { shape(body) } else { PayloadShape::default() };
    event_workflow(source, shape)
}

fn unavailable(error: StoreError) -> IngestEventError {
    IngestEventError::Unavailable { detail: error.to_string() }
}
