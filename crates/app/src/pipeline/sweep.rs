//! The sweep: takes up every accepted event that nothing has been seen to finish.
//!
//! It runs by cron over the outbox. Whatever was lost in between (a queue message, a restart, a consumer's crash), the
//! outbox entry is still there, because only a settled status removes it.

use contracts::Timestamp;
use domain::EventStatus;

use super::HandoverPorts;
use crate::ports::{EventMessage, EventTransition, InstanceState, OutboxEntry, StoreError};

/// Entries a sweep takes up at once; the next sweep continues.
const BATCH: u32 = 100;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Events handed to a workflow that had none.
    pub started: u32,
    /// Events whose workflow is still at work.
    pub alive: u32,
    /// Events settled because their workflow had ended without doing so.
    pub settled: u32,
    /// Entries that failed and stay for the next sweep.
    pub failed: u32,
}

/// Takes up due outbox entries.
///
/// # Errors
/// [`StoreError`] when the outbox cannot be read. Trouble with one entry is counted and does not stop the others.
pub async fn sweep(ports: &HandoverPorts) -> Result<SweepReport, StoreError> {
    let mut report = SweepReport::default();
    for entry in ports.events.due_outbox(ports.clock.now(), BATCH).await? {
        match take_up(ports, &entry).await {
            Ok(Outcome::Started) => report.started += 1,
            Ok(Outcome::Alive) => report.alive += 1,
            Ok(Outcome::Settled) => report.settled += 1,
            Err(_) => report.failed += 1,
        }
    }
    Ok(report)
}

enum Outcome {
    Started,
    Alive,
    Settled,
}

async fn take_up(ports: &HandoverPorts, entry: &OutboxEntry) -> Result<Outcome, StoreError> {
    let OutboxEntry { tenant, event_id, .. } = *entry;
    // First, so that an entry that always fails cannot hold up the ones behind it.
    ports.events.defer_outbox(tenant, event_id, next_attempt(ports.clock.now(), entry.attempts)).await?;
    let reason = match ports.instances.state(event_id).await? {
        InstanceState::Missing => {
            let traceparent = entry.traceparent.clone();
            ports.instances.start(&EventMessage { tenant, event_id, traceparent }).await?;
            return Ok(Outcome::Started);
        }
        InstanceState::Alive => return Ok(Outcome::Alive),
        InstanceState::Complete => "its workflow ended without settling it".to_owned(),
        InstanceState::Failed { error } => format!("its workflow failed: {error}"),
    };
    let change = EventTransition { reason: Some(reason), ..EventTransition::to(EventStatus::Failed) };
    ports.events.transition(tenant, event_id, &change, ports.clock.now()).await?;
    Ok(Outcome::Settled)
}

/// A minute, doubling to an hour.
fn next_attempt(now: Timestamp, attempts: u32) -> Timestamp {
    let minutes = 1_u64 << attempts.min(6);
    Timestamp::from_unix_ms(now.unix_ms() + minutes.min(60) * 60_000)
}
