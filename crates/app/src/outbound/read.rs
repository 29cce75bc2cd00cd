//! Reading a queue's deliveries.

use contracts::pipeline::subscriptions::{
    DeliveryDetail, DeliveryPage, GetDelivery, ListDeliveries, SubscriptionError,
};

use super::endpoint::existing;
use super::{QueuePorts, convert, invalid, unavailable};

/// Attempts shown of one delivery.
const MAX_ATTEMPTS: u32 = 50;
/// Deliveries of one page.
const MAX_PAGE: u32 = 200;

pub(super) fn list(ports: &QueuePorts, request: ListDeliveries) -> Result<DeliveryPage, SubscriptionError> {
    let endpoint = existing(ports)?;
    let status = request.status.map(|status| status.parse()).transpose();
    let status =
        status.map_err(|error: domain::delivery::UnknownDeliveryStatus| invalid("/status", error))?;
    let limit = request.limit.clamp(1, MAX_PAGE);
    // One more than asked for says whether there is another page.
    let mut found = ports.store.deliveries(status, request.before, limit + 1).map_err(unavailable)?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_before = found.last().filter(|_| more).map(|delivery| delivery.delivery_id);
    let items = found.into_iter().map(|delivery| convert::delivery(endpoint.subscription_id, delivery));
    Ok(DeliveryPage { items: items.collect(), next_before })
}

pub(super) fn get(ports: &QueuePorts, request: GetDelivery) -> Result<DeliveryDetail, SubscriptionError> {
    let endpoint = existing(ports)?;
    let id = request.delivery_id;
    let found = ports.store.delivery(id).map_err(unavailable)?;
    let delivery = found.ok_or(SubscriptionError::DeliveryNotFound)?;
    let attempts = ports.store.attempts(id, MAX_ATTEMPTS).map_err(unavailable)?;
    let body = ports.store.body(id).map_err(unavailable)?;
    Ok(DeliveryDetail {
        delivery: convert::delivery(endpoint.subscription_id, delivery),
        attempts: attempts.into_iter().map(convert::attempt).collect(),
        body: body.unwrap_or_default(),
    })
}
