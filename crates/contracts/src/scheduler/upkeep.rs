//! Looking after a tenant's schedule from outside.

use ids::{JobId, RunId};

use crate::{TenantCall, Timestamp};

/// The scheduler's own view of a tenant's object: whether it is awake when it has to be.
#[mesh::service(contract = "../../contracts/Upkeep.json")]
pub trait Upkeep {
    /// Compares the alarm with what is due, and sets it again where it is lost, late or overdue.
    #[mesh(idempotent)]
    async fn attend(&self, context: &TenantCall, request: Attend) -> Result<Attended, UpkeepError>;
    /// Compares some of the jobs, their ledgers and leases with what must hold of them. Changes nothing.
    #[mesh(idempotent)]
    async fn scan(&self, context: &TenantCall, request: ScanJobs) -> Result<Scanned, UpkeepError>;
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

/// Asks for some jobs to be looked through.
#[mesh::message]
#[derive(Debug, Clone, Copy)]
pub struct ScanJobs {
    /// Only those after this one, in the order of their ids. Without it, the alarm is looked at as well.
    #[serde(default)]
    pub after: Option<JobId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// What was looked through, and what is wrong.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scanned {
    /// How many jobs.
    pub jobs: u32,
    /// How many records of theirs: the latest 200 of each.
    pub records: u32,
    /// What is wrong.
    pub violations: Vec<Violation>,
    /// After which job to go on, where there are more.
    #[serde(default)]
    pub next_after: Option<JobId>,
}

/// Something that must not be.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What kind of thing.
    pub kind: ViolationKind,
    /// Of which job.
    #[serde(default)]
    pub job_id: Option<JobId>,
    /// In which record.
    #[serde(default)]
    pub run_id: Option<RunId>,
    /// What exactly; for operators.
    pub detail: String,
}

/// What can be wrong with a schedule.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ViolationKind {
    /// The alarm is lost, late or overdue.
    Alarm,
    /// A job or a run is long due, and nobody took it up.
    Overdue,
    /// A time that the schedule names has no record.
    Gap,
    /// A time has two records.
    Overlap,
    /// A record is of a time that the schedule does not name, or of another number of them.
    Unnamed,
    /// A try was begun and never ended, or a run waits for one that is over.
    StuckLease,
    /// Something stored is not understood by this build.
    UnknownState,
    /// The object did not answer.
    Silent,
}
