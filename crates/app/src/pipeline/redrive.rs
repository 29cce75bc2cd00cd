//! Replaying a whole group of dead letters: so many a second, each once, continued by cron until it is done or stopped.
//!
//! A redrive is a row. Whoever goes on with it takes it for a while, replays a second's worth of letters, notes what became
//! of them together with where it stands, and waits for the second to be over. One that is cut off is taken up where it
//! stood: a letter that it had replayed already says so and is not replayed again.

use std::rc::Rc;

use contracts::Timestamp;
use domain::dead_letter::LETTER_KEPT_MS;
use mesh::{Runtime, TraceContext};

use super::ReplayPorts;
use super::letters::group_of;
use super::replay::{Replayed, replay_one};
use crate::ports::{RedriveRecord, RedriveStatus, RedriveStore, Redriven, StoreError};

/// For how long one Worker goes on with a redrive alone: longer than a page takes, and the time that is lost where it ends.
const LEASE_MS: u64 = 90_000;
const SECOND_MS: u64 = 1_000;
/// Letters of before there were groups that are given one at once.
const GROUPED: u32 = 200;

/// What redrives need of the world.
#[derive(Clone)]
pub struct RedrivePorts {
    /// Letters, the queue and the clock.
    pub replay: ReplayPorts,
    /// Groups and redrives.
    pub redrives: Rc<dyn RedriveStore>,
    /// Waits.
    pub runtime: Rc<dyn Runtime>,
}

/// What going on with redrives came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RedriveSweep {
    /// Letters whose events run again.
    pub begun: u32,
    /// Letters whose events cannot.
    pub refused: u32,
    /// Redrives that ended.
    pub ended: u32,
    /// Letters of before that have a group now.
    pub grouped: u32,
}

/// Goes on with redrives for so long, the one that has waited longest first; and gives letters of before their groups.
///
/// # Errors
/// [`StoreError`] when redrives cannot be read or written: the next call goes on.
pub async fn continue_redrives(ports: &RedrivePorts, for_ms: u64) -> Result<RedriveSweep, StoreError> {
    let mut sweep = RedriveSweep { grouped: group_older(ports).await?, ..RedriveSweep::default() };
    let until = after(ports.replay.clock.now(), for_ms);
    while let Some(redrive) = take(ports, None).await? {
        go_on(ports, redrive, until, &mut sweep).await?;
        if ports.replay.clock.now() >= until {
            break;
        }
    }
    let now = ports.replay.clock.now();
    let before = now.unix_ms().saturating_sub(LETTER_KEPT_MS);
    ports.redrives.forget_redrives(Timestamp::from_unix_ms(before)).await?;
    Ok(sweep)
}

/// Replays the first second's worth of a redrive that was asked for just now.
///
/// # Errors
/// As [`continue_redrives`].
pub(super) async fn begin(ports: &RedrivePorts, redrive: &RedriveRecord) -> Result<(), StoreError> {
    let now = ports.replay.clock.now();
    if let Some(redrive) = take(ports, Some(redrive)).await? {
        go_on(ports, redrive, now, &mut RedriveSweep::default()).await?;
    }
    Ok(())
}

async fn take(
    ports: &RedrivePorts,
    redrive: Option<&RedriveRecord>,
) -> Result<Option<RedriveRecord>, StoreError> {
    let now = ports.replay.clock.now();
    let id = redrive.map(|redrive| redrive.redrive.redrive_id);
    ports.redrives.lease(id, now, after(now, LEASE_MS)).await
}

/// Works a redrive off until it ends or the time is over; at least one page.
async fn go_on(
    ports: &RedrivePorts,
    mut redrive: RedriveRecord,
    until: Timestamp,
    sweep: &mut RedriveSweep,
) -> Result<(), StoreError> {
    let id = redrive.redrive.redrive_id;
    loop {
        let began_at = ports.replay.clock.now();
        let (begun, refused, done) = page(ports, &redrive).await?;
        sweep.begun += begun;
        sweep.refused += refused;
        if done {
            ports.redrives.end(id, RedriveStatus::Done, ports.replay.clock.now(), None).await?;
            tracing::info!(event = "redrive.done", redrive_id = %id);
            sweep.ended += 1;
            return Ok(());
        }
        let now = ports.replay.clock.now();
        let rest_ms = (began_at.unix_ms() + SECOND_MS).saturating_sub(now.unix_ms());
        if now >= until {
            // Whoever comes next waits for the second to be over.
            return ports.redrives.release(id, after(now, rest_ms)).await;
        }
        ports.runtime.sleep(rest_ms).await;
        let known = ports.redrives.redrive(id).await?;
        let Some(known) = known.filter(|known| known.status == RedriveStatus::Running) else {
            sweep.ended += 1;
            return Ok(());
        };
        redrive = known;
    }
}

/// A second's worth of letters: how many events run again, how many cannot, and whether there are no more.
async fn page(ports: &RedrivePorts, redrive: &RedriveRecord) -> Result<(u32, u32, bool), StoreError> {
    let limit = redrive.redrive.per_second;
    let letters = ports.redrives.letters_after(redrive, limit).await?;
    let done = letters.len() < limit as usize;
    let Some(position) = letters.last().copied() else { return Ok((0, 0, true)) };
    let trace = redrive.redrive.traceparent.parse::<TraceContext>().ok();
    let mut redriven = Vec::with_capacity(letters.len());
    for letter_id in letters {
        let by = &redrive.redrive.requested_by;
        let outcome = match replay_one(&ports.replay, letter_id, by, trace).await? {
            Replayed::Begun { tenant, event_id, run } => (tenant, event_id, Ok(run)),
            // By this redrive, where it was cut off before it could note so; or by a person meanwhile.
            Replayed::Before { tenant, event_id, run } => (tenant, event_id, Ok(run)),
            Replayed::Refused { tenant, event_id, detail } => (tenant, event_id, Err(detail)),
            // Forgotten or erased since.
            Replayed::Gone | Replayed::Unreadable => continue,
        };
        let (tenant, event_id, outcome) = outcome;
        redriven.push(Redriven { letter_id, tenant, event_id, outcome });
    }
    let begun = redriven.iter().filter(|letter| letter.outcome.is_ok()).count() as u32;
    let refused = redriven.len() as u32 - begun;
    let now = ports.replay.clock.now();
    ports.redrives.note(redrive.redrive.redrive_id, &redriven, position, now).await?;
    Ok((begun, refused, done))
}

/// Letters that were written before there were groups.
async fn group_older(ports: &RedrivePorts) -> Result<u32, StoreError> {
    let letters = ports.redrives.ungrouped(GROUPED).await?;
    if letters.is_empty() {
        return Ok(0);
    }
    let group = |letter: &crate::ports::UngroupedLetter| {
        let (workflow, step) = (letter.workflow.as_deref(), letter.step.as_deref());
        (letter.letter_id, group_of(letter.cause, workflow, step, &letter.errors))
    };
    let groups: Vec<_> = letters.iter().map(group).collect();
    ports.redrives.set_groups(&groups).await?;
    Ok(groups.len() as u32)
}

fn after(time: Timestamp, milliseconds: u64) -> Timestamp {
    Timestamp::from_unix_ms(time.unix_ms() + milliseconds)
}
