//! Looking after a tenant's schedule from outside.

use crate::{TenantCall, Timestamp};

/// The scheduler's own view of a tenant's object: whether it is awake when it has to be.
#[mesh::service(contract = "../../contracts/Upkeep.json")]
pub trait Upkeep {
    /// Compares the alarm with what is due, and sets it again where it is lost, late or overdue.
    #[mesh(idempotent)]
    async fn attend(&self, context: &TenantCall, request: Attend) -> Result<Attended, UpkeepError>;
}

/// Asks for the alarm to be looked at.
#[mesh::message]
#[derive(Debug, Clone, Copy)]
pub struct Attend {}

/// How the alarm was.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attended {
    /// How it was, before anything was done about it.
    pub alarm: AlarmCondition,
    /// The earliest time at which anything is due.
    #[serde(default)]
    pub next_wake_at: Option<Timestamp>,
    /// The time that it was set to.
    #[serde(default)]
    pub alarm_at: Option<Timestamp>,
}

/// How an alarm is.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum AlarmCondition {
    /// Set as it has to be, or needed for nothing.
    Sound,
    /// Its handler is at work, which sets it at its end.
    Ringing,
    /// There is none, and something is due at some time. It was set again.
    Lost,
    /// It is set to a later time than the earliest at which something is due. It was set again.
    Late,
    /// Its time has long passed and nobody was called. It was set again.
    Overdue,
}

/// Why nobody could say.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum UpkeepError {
    /// The object does not answer.
    #[error("the schedule is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
