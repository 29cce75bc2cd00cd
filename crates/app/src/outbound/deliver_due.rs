//! The alarm of a queue: sends what is due, a few at a time, and sets itself again last.

use contracts::Timestamp;
use domain::delivery::{Circuit, DeliveryStatus, Health, Settled, Verdict};
use futures_util::future::join_all;
use ids::{DeliveryId, EventId, SubscriptionId, TenantId};
use mesh::TraceContext;

use super::attempt::{Ended, attempt};
use super::{KEPT_MS, MOST_KEPT, QueuePorts, TIMEOUT_MS};
use crate::ports::{AttemptRecord, DeliveryProgress, DeliveryRecord, EndpointRecord, Phase, StoreError};

/// Requests under way at once. The platform lets six connections of an invocation wait for their answers.
const AT_ONCE: u32 = 6;
/// Batches of one alarm. What is left is due, so the next alarm comes at once; in between, calls get their turn.
const BATCHES: u32 = 20;
/// After so long an attempt counts as lost, in milliseconds: twice what an endpoint has.
const LEASE_MS: u64 = 2 * TIMEOUT_MS as u64;
/// Attempts that a crash may cost a delivery beyond its schedule.
const SPARE_ATTEMPTS: u32 = 3;
/// When a report that the directory did not take is made again, in milliseconds.
const REPORT_AGAIN_MS: u64 = 60_000;

/// What an alarm did, for the log.
#[derive(Debug, Default)]
pub struct DeliverReport {
    /// Whose queue.
    pub queue: Option<(TenantId, SubscriptionId)>,
    /// The attempts, in the order in which they ended.
    pub attempts: Vec<Attempted>,
    /// Why the subscription was disabled, if it was just now.
    pub disabled: Option<String>,
    /// Something that will be tried again.
    pub trouble: Option<StoreError>,
}

/// One attempt, for the log.
#[derive(Debug)]
pub struct Attempted {
    /// Of which delivery.
    pub delivery_id: DeliveryId,
    /// Its trace, within what it tells of.
    pub trace: TraceContext,
    /// The message's type.
    pub kind: String,
    /// The event that it tells of.
    pub event_id: Option<EventId>,
    /// How the delivery stands.
    pub status: DeliveryStatus,
    /// Which attempt.
    pub attempt: AttemptRecord,
}

/// Works off what is due.
///
/// # Errors
/// [`StoreError`] when the alarm could not be set: the platform calls again.
pub async fn deliver_due(ports: &QueuePorts) -> Result<DeliverReport, StoreError> {
    let mut report = DeliverReport::default();
    if let Err(error) = work(ports, &mut report).await {
        report.trouble = Some(error);
    }
    rearm(ports).await?;
    Ok(report)
}

async fn work(ports: &QueuePorts, report: &mut DeliverReport) -> Result<(), StoreError> {
    recover(ports, ports.clock.now())?;
    for _ in 0..BATCHES {
        let Some(endpoint) = ports.store.endpoint()? else { break };
        report.queue = Some((endpoint.tenant, endpoint.subscription_id));
        if endpoint.phase != Phase::Active || !batch(ports, &endpoint, report).await? {
            break;
        }
    }
    report_phase(ports).await?;
    let settled_before = ports.now_ms().saturating_sub(KEPT_MS);
    ports.store.prune(Timestamp::from_unix_ms(settled_before), MOST_KEPT)
}

/// Attempts whose outcome nobody recorded are due again: the receiver knows a message by its id.
pub(super) fn recover(ports: &QueuePorts, lost_at: Timestamp) -> Result<(), StoreError> {
    let now = ports.clock.now();
    let active = ports.store.endpoint()?.is_some_and(|endpoint| endpoint.phase == Phase::Active);
    for delivery in ports.store.lost(lost_at)? {
        let DeliveryRecord { delivery_id, mut progress, .. } = delivery;
        let error = "the attempt was interrupted, so whether it arrived is unknown".to_owned();
        progress.status = match progress.round >= ports.policy.max_attempts() + SPARE_ATTEMPTS {
            true => DeliveryStatus::Failed,
            false => DeliveryStatus::Pending.while_active(active),
        };
        let settled = progress.status.is_settled();
        progress.due_at = (!settled).then_some(now);
        progress.settled_at = settled.then_some(now);
        progress.last_status = None;
        progress.last_error = Some(error.clone());
        let attempt = AttemptRecord {
            number: progress.attempts,
            started_at: now,
            duration_ms: 0,
            status: None,
            error: Some(error),
            excerpt: None,
        };
        ports.store.set_progress(delivery_id, &progress, Some(&attempt))?;
    }
    Ok(())
}

/// Sends a batch; false where nothing was due or may be sent.
async fn batch(
    ports: &QueuePorts,
    endpoint: &EndpointRecord,
    report: &mut DeliverReport,
) -> Result<bool, StoreError> {
    let now = ports.clock.now();
    let limit = match endpoint.health.circuit(now.unix_ms()) {
        Circuit::Closed => AT_ONCE,
        Circuit::HalfOpen => 1,
        Circuit::Open { .. } => return Ok(false),
    };
    let mut leased = Vec::new();
    for mut delivery in ports.store.due(now, limit)? {
        let progress = &mut delivery.progress;
        progress.status = DeliveryStatus::Delivering;
        progress.attempts = progress.attempts.saturating_add(1);
        progress.round = progress.round.saturating_add(1);
        progress.due_at = Some(Timestamp::from_unix_ms(now.unix_ms().saturating_add(LEASE_MS)));
        ports.store.set_progress(delivery.delivery_id, progress, None)?;
        let body = ports.store.body(delivery.delivery_id)?.unwrap_or_default();
        leased.push((delivery, body));
    }
    if leased.is_empty() {
        return Ok(false);
    }
    let attempts = leased.into_iter().map(|(delivery, body)| async move {
        let ended = attempt(ports, endpoint, &delivery, &body, delivery.progress.attempts).await;
        // At once, and not with the rest of the batch: what is recorded is not sent again.
        record(ports, delivery, ended)
    });
    for outcome in join_all(attempts).await {
        let (attempted, disabled) = outcome?;
        report.attempts.extend(attempted);
        report.disabled = disabled.or(report.disabled.take());
    }
    Ok(true)
}

/// Records what an attempt came to: of the delivery, and of its endpoint.
fn record(
    ports: &QueuePorts,
    delivery: DeliveryRecord,
    ended: Ended,
) -> Result<(Option<Attempted>, Option<String>), StoreError> {
    let now = ports.clock.now();
    // Both may have changed while the endpoint took its time: somebody deleted it, rotated its secret, redelivered.
    let Some(mut endpoint) = ports.store.endpoint()? else { return Ok((None, None)) };
    let Some(current) = ports.store.delivery(delivery.delivery_id)? else { return Ok((None, None)) };
    if current.progress.attempts != delivery.progress.attempts {
        return Ok((None, None));
    }
    let Ended { record: attempt, verdict, retry_after_ms } = ended;
    let settled = Settled::after(
        &ports.policy,
        verdict,
        current.progress.round,
        retry_after_ms,
        now.unix_ms(),
        ports.chance(),
    );
    let status = settled.status.while_active(endpoint.phase == Phase::Active);
    let progress = DeliveryProgress {
        status,
        due_at: settled.due_at_ms.filter(|_| !status.is_settled()).map(Timestamp::from_unix_ms),
        settled_at: status.is_settled().then_some(now),
        last_status: attempt.status,
        last_error: attempt.error.clone(),
        ..current.progress
    };
    ports.store.set_progress(delivery.delivery_id, &progress, Some(&attempt))?;

    endpoint.health = match verdict {
        Verdict::Delivered => Health::succeeded(),
        Verdict::Gone | Verdict::Failed => {
            endpoint.health.failed(&ports.policy, now.unix_ms(), ports.chance())
        }
    };
    let reason = match verdict {
        Verdict::Gone => Some("the endpoint answered 410: it is gone".to_owned()),
        Verdict::Failed if endpoint.health.is_hopeless(&ports.policy, now.unix_ms()) => {
            let days = ports.policy.disable_after_ms / (24 * 60 * 60 * 1_000);
            Some(format!("the endpoint took nothing for {days} days"))
        }
        Verdict::Failed | Verdict::Delivered => None,
    };
    let disabled = reason.filter(|_| endpoint.phase == Phase::Active);
    if let Some(reason) = &disabled {
        endpoint.phase = Phase::Disabled { reason: reason.clone() };
        endpoint.unreported = true;
        ports.store.abandon_pending(&format!("the subscription was disabled: {reason}"), now)?;
    }
    ports.store.put_endpoint(&endpoint)?;
    let DeliveryRecord { delivery_id, trace, kind, event_id, .. } = delivery;
    let attempted = Attempted { delivery_id, trace, kind, event_id, status, attempt };
    Ok((Some(attempted), disabled))
}

/// Tells the directory of a subscription that was disabled, until it is heard.
async fn report_phase(ports: &QueuePorts) -> Result<(), StoreError> {
    let Some(endpoint) = ports.store.endpoint()? else { return Ok(()) };
    let (true, Phase::Disabled { reason }) = (endpoint.unreported, &endpoint.phase) else { return Ok(()) };
    let (tenant, id) = (endpoint.tenant, endpoint.subscription_id);
    ports.directory.set_status(tenant, id, Some(reason), ports.clock.now()).await?;
    let Some(current) = ports.store.endpoint()? else { return Ok(()) };
    if current.phase == endpoint.phase {
        ports.store.put_endpoint(&EndpointRecord { unreported: false, ..current })?;
    }
    Ok(())
}

/// Sets the alarm to the next thing to do, or takes it back. Right whenever it is called.
pub(super) async fn rearm(ports: &QueuePorts) -> Result<(), StoreError> {
    let next = next_alarm(ports)?;
    ports.alarm.set(next).await
}

fn next_alarm(ports: &QueuePorts) -> Result<Option<Timestamp>, StoreError> {
    let Some(endpoint) = ports.store.endpoint()? else { return Ok(None) };
    let now_ms = ports.now_ms();
    let due = match endpoint.phase {
        Phase::Active => ports.store.next_due()?.map(|due| {
            let opens_ms = endpoint.health.open_until_ms.unwrap_or_default();
            Timestamp::from_unix_ms(due.unix_ms().max(opens_ms))
        }),
        Phase::Disabled { .. } => None,
        Phase::Closed => return Ok(None),
    };
    let report = endpoint.unreported.then(|| Timestamp::from_unix_ms(now_ms.saturating_add(REPORT_AGAIN_MS)));
    let oldest = ports.store.oldest_settled()?;
    let prune = oldest.map(|settled| Timestamp::from_unix_ms(settled.unix_ms().saturating_add(KEPT_MS + 1)));
    Ok([due, report, prune].into_iter().flatten().min())
}
