//! From the ports' records to the contract's messages.

use contracts::Timestamp;
use contracts::pipeline::deliveries::Endpoint;
use contracts::pipeline::subscriptions::{
    Delivery, DeliveryAttempt, EndpointHealth, Subscription, SubscriptionError,
};
use ids::SubscriptionId;

use super::{QueuePorts, unavailable};
use crate::ports::{AttemptRecord, DeliveryProgress, DeliveryRecord, EndpointRecord, SubscriptionRecord};

pub(super) fn health(
    ports: &QueuePorts,
    endpoint: &EndpointRecord,
) -> Result<EndpointHealth, SubscriptionError> {
    let now = ports.clock.now();
    let health = endpoint.health;
    let previous = endpoint.previous_secret.as_ref().map(|(_, until)| *until).filter(|until| *until > now);
    Ok(EndpointHealth {
        circuit: health.circuit(now.unix_ms()).as_str().to_owned(),
        open_until: health.open_until_ms.map(Timestamp::from_unix_ms),
        failures: health.failures,
        failing_since: health.failing_since_ms.map(Timestamp::from_unix_ms),
        waiting: ports.store.waiting().map_err(unavailable)?,
        previous_secret_until: previous,
    })
}

pub(super) fn subscription(record: SubscriptionRecord, endpoint: Option<EndpointHealth>) -> Subscription {
    let SubscriptionRecord {
        subscription_id,
        url,
        kinds,
        ordered_by,
        description,
        status,
        disabled_reason,
        disabled_at,
        created_at,
    } = record;
    Subscription {
        subscription_id,
        url,
        kinds,
        ordered_by,
        description,
        status,
        disabled_reason,
        disabled_at,
        created_at,
        endpoint,
    }
}

pub(super) fn endpoint(record: &SubscriptionRecord) -> Endpoint {
    Endpoint {
        subscription_id: record.subscription_id,
        url: record.url.clone(),
        ordered_by: record.ordered_by,
    }
}

pub(super) fn delivery(subscription_id: SubscriptionId, record: DeliveryRecord) -> Delivery {
    let DeliveryRecord { delivery_id, message_id, kind, event_id, order_key: _, trace, created_at, progress } =
        record;
    let DeliveryProgress { status, attempts, round: _, due_at, settled_at, last_status, last_error } =
        progress;
    Delivery {
        delivery_id,
        message_id,
        subscription_id,
        kind,
        event_id,
        status: status.as_str().to_owned(),
        attempts,
        last_status,
        last_error,
        // While an attempt is under way it is the time at which that attempt counts as lost.
        next_attempt_at: due_at.filter(|_| status == domain::delivery::DeliveryStatus::Pending),
        created_at,
        settled_at,
        trace_id: trace.trace_id(),
    }
}

pub(super) fn attempt(record: AttemptRecord) -> DeliveryAttempt {
    let AttemptRecord { number, started_at, duration_ms, status, error, excerpt } = record;
    DeliveryAttempt { number, started_at, duration_ms, status, error, excerpt }
}
