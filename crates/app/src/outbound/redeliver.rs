//! Delivering once more what was delivered, failed or abandoned.

use contracts::pipeline::subscriptions::{Delivery, GetDelivery, SubscriptionError};
use domain::delivery::DeliveryStatus;

use super::endpoint::existing;
use super::{QueuePorts, convert, unavailable};
use crate::ports::{DeliveryProgress, EndpointRecord, Phase};

/// The same message under the same id, with a schedule of its own from now on. One that waits is tried now, and one
/// that is under way is left alone.
pub(super) fn redeliver(ports: &QueuePorts, request: GetDelivery) -> Result<Delivery, SubscriptionError> {
    let endpoint = existing(ports)?;
    let found = ports.store.delivery(request.delivery_id).map_err(unavailable)?;
    let mut delivery = found.ok_or(SubscriptionError::DeliveryNotFound)?;
    if endpoint.phase != Phase::Active {
        let detail = "the subscription is disabled: enable it, then redeliver".to_owned();
        return Err(SubscriptionError::Conflict { detail });
    }
    if delivery.progress.status != DeliveryStatus::Delivering {
        let now = ports.clock.now();
        delivery.progress = DeliveryProgress {
            status: DeliveryStatus::Pending,
            round: 0,
            due_at: Some(now),
            settled_at: None,
            ..delivery.progress
        };
        ports.store.set_progress(delivery.delivery_id, &delivery.progress, None).map_err(unavailable)?;
        let health = endpoint.health.asked(now.unix_ms());
        if health != endpoint.health {
            ports.store.put_endpoint(&EndpointRecord { health, ..endpoint.clone() }).map_err(unavailable)?;
        }
    }
    Ok(convert::delivery(endpoint.subscription_id, delivery))
}
