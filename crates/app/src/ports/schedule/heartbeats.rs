//! Heartbeats as stored: what is kept of a job's pings.

use contracts::Timestamp;
use contracts::scheduler::{Ping, PingSecret};
use ids::{JobId, RunId};

use super::super::StoreError;
use super::{RunProgress, RunRecord};

/// What a heartbeat keeps between its pings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatState {
    /// For the address at which it is pinged.
    pub secret: PingSecret,
    /// A ping that came when nothing was expected: it may count for the next time.
    pub early: Option<Ping>,
    /// When what it watches began, where that was told and its end was not.
    pub began_at: Option<Timestamp>,
    /// The last ping.
    pub last: Option<Ping>,
    /// How many pings came, and since when they are counted.
    pub counted: Option<(Timestamp, u32)>,
}

/// What comes of a ping, or of there being none.
#[derive(Debug, Clone, Copy)]
pub struct PingEffect<'a> {
    /// The ping, where there was one.
    pub ping: Option<&'a Ping>,
    /// What the job keeps from now on.
    pub state: &'a HeartbeatState,
    /// Runs that are judged by it.
    pub judged: &'a [(RunId, RunProgress)],
    /// The failed run that the ping makes up for, too late to change it: the job does not fail any more.
    pub recovers: Option<RunId>,
}

/// Pings, and what they lead to. Part of a [`ScheduleStore`](super::ScheduleStore).
pub trait HeartbeatStore {
    /// The runs of a job that are pending, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] from this and every method, when the store fails.
    fn pending_runs(&self, job_id: JobId, limit: u32) -> Result<Vec<RunRecord>, StoreError>;
    /// Stores a ping with all that comes of it, or nothing. Of a job's pings the last [`PINGS_KEPT`] stay. Does nothing when
    /// there is no such job.
    fn take_ping(&self, job_id: JobId, effect: PingEffect<'_>, now: Timestamp) -> Result<(), StoreError>;
    /// The pings of a job, newest first, at most `limit`.
    fn pings(&self, job_id: JobId, limit: u32) -> Result<Vec<Ping>, StoreError>;
}

/// How many pings of a job are kept.
pub const PINGS_KEPT: u32 = 100;
