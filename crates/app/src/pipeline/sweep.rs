//! The sweep: takes up every accepted event that nothing has been seen to finish.
//!
//! It runs by cron over the outbox. Whatever was lost in between (a queue message, a restart, a consumer's crash), the
//! outbox entry is still there, because only a settled status removes it.

use contracts::Timestamp;
use domain::{DeathCause, EventStatus};

use super::HandoverPorts;
use super::letters::{Death, letter};
use super::settling::{Settling, settle, tell};
use crate::ports::{EventMessage, EventTransition, InstanceState, OutboxEntry, StoreError};

/// Entries a sweep takes up at once; the next sweep continues.
const BATCH: u32 = 100;

/// Dead letters that a sweep forgets at once.
const PURGED: u32 = 500;

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
    /// Dead letters whose time was over.
    pub forgotten: u32,
}

/// Takes up due outbox entries, and forgets dead letters whose time is over.
///
/// # Errors
/// [`StoreError`] when the outbox or the letters cannot be read. Trouble with one entry is counted and does not stop the others.
pub async fn sweep(ports: &HandoverPorts) -> Result<SweepReport, StoreError> {
    let mut report = SweepReport::default();
    for entry in ports.events.due_outbox(ports.clock.now(), BATCH).await? {
        match take_up(ports, &entry).await {
            Ok(Outcome::Started) => report.started += 1,
            Ok(Outcome::Alive) => report.alive += 1,
            Ok(Outcome::Settled) => report.settled += 1,
            Err(error) => {
                let OutboxEntry { tenant, event_id, .. } = entry;
                tracing::warn!(event = "sweep.entry_failed", %tenant, %event_id, %error);
                report.failed += 1;
            }
        }
    }
    report.forgotten = ports.letters.purge(ports.clock.now(), PURGED).await?;
    Ok(report)
}

enum Outcome {
    Started,
    Alive,
    Settled,
}

async fn take_up(ports: &HandoverPorts, entry: &OutboxEntry) -> Result<Outcome, StoreError> {
    let OutboxEntry { tenant, event_id, run, workflow, ref traceparent, .. } = *entry;
    // First, so that an entry that always fails cannot hold up the ones behind it.
    ports.events.defer_outbox(tenant, event_id, next_attempt(ports.clock.now(), entry.attempts)).await?;
    let reason = match ports.instances.state(workflow, event_id, run).await? {
        InstanceState::Missing => {
            let message = EventMessage { tenant, event_id, run, workflow, traceparent: traceparent.clone() };
            let started = ports.instances.start(&[message]).await?;
            started.into_iter().collect::<Result<Vec<()>, _>>()?;
            return Ok(Outcome::Started);
        }
        InstanceState::Alive => return Ok(Outcome::Alive),
        InstanceState::Complete => "its workflow ended without settling it".to_owned(),
        InstanceState::Failed { error } => format!("its workflow failed: {error}"),
    };
    // Its workflow may have settled it since the entry was read. It has ended, so what is read now stays.
    let record = ports.events.get(tenant, event_id).await?;
    if record.is_none_or(|record| record.run != run || record.status.is_settled()) {
        return Ok(Outcome::Settled);
    }
    let death = Death {
        cause: DeathCause::Workflow,
        workflow: Some(workflow.to_string()),
        step: None,
        errors: vec![reason.clone()],
        attempts: 1,
        message: None,
    };
    let letter = letter(event_id, run, death, ports.clock.now());
    let change = EventTransition {
        run: Some(run),
        reason: Some(reason),
        letter: Some(Box::new(letter)),
        ..EventTransition::to(EventStatus::Failed)
    };
    let settling = Settling {
        events: &*ports.events,
        clock: &*ports.clock,
        notifiers: &ports.notifiers,
        tenant,
        event_id,
        run,
        traceparent,
    };
    // Told first: the transition closes the entry, and with it goes the one occasion to tell.
    tell(&settling, &change).await?;
    settle(&settling, &change).await?;
    Ok(Outcome::Settled)
}

/// A minute, doubling to an hour.
fn next_attempt(now: Timestamp, attempts: u32) -> Timestamp {
    let minutes = 1_u64 << attempts.min(6);
    Timestamp::from_unix_ms(now.unix_ms() + minutes.min(60) * 60_000)
}
