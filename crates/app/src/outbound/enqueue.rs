//! Taking a message: once, whatever comes twice.

use contracts::TenantCall;
use contracts::pipeline::deliveries::{Enqueue, Enqueued};
use contracts::pipeline::subscriptions::SubscriptionError;
use domain::delivery::DeliveryStatus;

use super::endpoint::configured;
use super::{MAX_WAITING, QueuePorts, unavailable};
use crate::ports::{DeliveryProgress, DeliveryRecord, Phase};

pub(super) fn enqueue(
    ports: &QueuePorts,
    context: &TenantCall,
    request: Enqueue,
) -> Result<Enqueued, SubscriptionError> {
    let Enqueue { endpoint, delivery_id, message_id, kind, event_id, order_key, body } = request;
    let endpoint = configured(ports, context, endpoint)?;
    let now = ports.clock.now();
    let refused = match endpoint.phase {
        Phase::Active if ports.store.waiting().map_err(unavailable)? >= MAX_WAITING => {
            Some(format!("{MAX_WAITING} messages wait for this endpoint, which is as many as may"))
        }
        Phase::Active => None,
        Phase::Disabled { reason } => Some(format!("the subscription was disabled: {reason}")),
        Phase::Closed => return Err(SubscriptionError::NotFound),
    };
    // One that is not sent is recorded all the same, so that it can be seen and redelivered.
    let status = DeliveryStatus::Pending.while_active(refused.is_none());
    let delivery = DeliveryRecord {
        delivery_id,
        message_id,
        kind,
        event_id,
        order_key,
        trace: context.trace,
        created_at: now,
        progress: DeliveryProgress {
            status,
            attempts: 0,
            round: 0,
            due_at: refused.is_none().then_some(now),
            settled_at: refused.is_some().then_some(now),
            last_status: None,
            last_error: refused,
        },
    };
    let new = ports.store.insert(&delivery, &body).map_err(unavailable)?;
    Ok(Enqueued { duplicate: !new })
}
