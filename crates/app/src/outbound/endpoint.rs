//! A queue's endpoint: made, given a new secret, enabled, closed.

use contracts::pipeline::deliveries::Endpoint;
use contracts::pipeline::subscriptions::{RotatedSecret, SigningSecret, SubscriptionError};
use contracts::{TenantCall, Timestamp};
use domain::delivery::Health;
use signing::{Secret, Source};

use super::{QueuePorts, unavailable};
use crate::ports::{EndpointRecord, Phase};

/// The endpoint as it is, made if it was not there. What the directory says of it is taken over.
///
/// # Errors
/// [`SubscriptionError::NotFound`] when the subscription was deleted.
pub(super) fn configured(
    ports: &QueuePorts,
    context: &TenantCall,
    wanted: Endpoint,
) -> Result<EndpointRecord, SubscriptionError> {
    let Endpoint { subscription_id, url, ordered_by } = wanted;
    let kept = ports.store.endpoint().map_err(unavailable)?;
    let endpoint = match &kept {
        Some(kept) if kept.phase == Phase::Closed => return Err(SubscriptionError::NotFound),
        Some(kept) => EndpointRecord { url, ordered_by, ..kept.clone() },
        None => EndpointRecord {
            tenant: context.scope.tenant,
            subscription_id,
            url,
            ordered_by,
            phase: Phase::Active,
            health: Health::default(),
            secret: new_secret(ports),
            previous_secret: None,
            unreported: false,
        },
    };
    if kept.as_ref() != Some(&endpoint) {
        ports.store.put_endpoint(&endpoint).map_err(unavailable)?;
    }
    Ok(endpoint)
}

/// The endpoint of a subscription that is there.
///
/// # Errors
/// [`SubscriptionError::NotFound`].
pub(super) fn existing(ports: &QueuePorts) -> Result<EndpointRecord, SubscriptionError> {
    let endpoint = ports.store.endpoint().map_err(unavailable)?;
    endpoint.filter(|endpoint| endpoint.phase != Phase::Closed).ok_or(SubscriptionError::NotFound)
}

pub(super) fn rotate(ports: &QueuePorts, overlap_s: u32) -> Result<RotatedSecret, SubscriptionError> {
    let endpoint = existing(ports)?;
    let secret = new_secret(ports);
    let until = Timestamp::from_unix_ms(ports.now_ms().saturating_add(u64::from(overlap_s) * 1_000));
    // Two at most: with a second rotation in the overlap, the oldest is no longer valid.
    let previous_secret = (overlap_s > 0).then(|| (endpoint.secret.clone(), until));
    let rotated = EndpointRecord { secret: secret.clone(), previous_secret, ..endpoint };
    ports.store.put_endpoint(&rotated).map_err(unavailable)?;
    Ok(RotatedSecret {
        secret: SigningSecret::new(secret.expose()),
        previous_valid_until: (overlap_s > 0).then_some(until),
    })
}

pub(super) fn enable(ports: &QueuePorts) -> Result<EndpointRecord, SubscriptionError> {
    let endpoint = existing(ports)?;
    if endpoint.phase == Phase::Active {
        return Ok(endpoint);
    }
    let enabled =
        EndpointRecord { phase: Phase::Active, health: Health::default(), unreported: false, ..endpoint };
    ports.store.put_endpoint(&enabled).map_err(unavailable)?;
    Ok(enabled)
}

/// What stays is that there was a subscription, so that a message which is still on its way here finds it closed.
pub(super) fn close(ports: &QueuePorts) -> Result<(), SubscriptionError> {
    let Some(endpoint) = ports.store.endpoint().map_err(unavailable)? else { return Ok(()) };
    let closed = EndpointRecord {
        url: String::new(),
        phase: Phase::Closed,
        secret: Secret::new(""),
        previous_secret: None,
        unreported: false,
        ..endpoint
    };
    ports.store.put_endpoint(&closed).map_err(unavailable)?;
    ports.store.clear().map_err(unavailable)
}

fn new_secret(ports: &QueuePorts) -> Secret {
    let mut random = [0; 32];
    ports.random.fill(&mut random);
    Secret::generate(Source::Standard, random)
}
