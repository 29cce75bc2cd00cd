//! What operators may ask of all schedules.

use ids::{JobId, TenantId};

use super::{AlarmCondition, UpkeepError, Violation};
use crate::{OperatorCall, Timestamp};

/// The admin's view of the scheduler: whether what must hold of the schedules does. Read-only.
#[mesh::service(contract = "../../contracts/Scans.json")]
pub trait Scans {
    /// Looks through some jobs of one tenant, or of all.
    #[mesh(idempotent)]
    async fn scan_schedules(
        &self,
        context: &OperatorCall,
        request: ScanSchedules,
    ) -> Result<ScanReport, UpkeepError>;
    /// The tenants that have a schedule, in order of their ids, with how often the watchdog had to help.
    #[mesh(idempotent)]
    async fn list_schedules(
        &self,
        context: &OperatorCall,
        request: ListSchedules,
    ) -> Result<SchedulePage, UpkeepError>;
}

/// Asks for schedules to be looked through.
#[mesh::message]
#[derive(Debug, Clone, Copy)]
pub struct ScanSchedules {
    /// Only this tenant's.
    #[serde(default)]
    pub tenant: Option<TenantId>,
    /// Where to go on, as the answer before says.
    #[serde(default)]
    pub from: Option<ScanPosition>,
    /// How many jobs to look through at most, 1 to 200. At most 20 objects are asked.
    pub limit: u32,
}

/// How far a scan is.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanPosition {
    /// The tenant at whom it is.
    pub tenant: TenantId,
    /// In which of the tenant's objects it goes on, or after which where no job is named.
    #[serde(default)]
    pub part: u16,
    /// The job of that object after which it goes on.
    #[serde(default)]
    pub after: Option<JobId>,
}

/// What was looked through, and what is wrong.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanReport {
    /// How many objects, those that are gone on with included: one a tenant, more of one with very many jobs.
    pub tenants: u32,
    /// How many jobs.
    pub jobs: u32,
    /// How many records of theirs.
    pub records: u32,
    /// What is wrong.
    pub violations: Vec<TenantViolation>,
    /// Where to go on, where there is more.
    #[serde(default)]
    pub next: Option<ScanPosition>,
}

/// Something that must not be, of a tenant.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantViolation {
    /// Whose schedule.
    pub tenant: TenantId,
    /// What.
    pub violation: Violation,
}

/// Asks for a page of tenants.
#[mesh::message]
#[derive(Debug, Clone, Copy)]
pub struct ListSchedules {
    /// Only those after this one.
    #[serde(default)]
    pub after: Option<TenantId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of tenants.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedulePage {
    /// In order of their ids.
    pub items: Vec<ScheduleEntry>,
    /// After whom the next page begins, where there is one.
    #[serde(default)]
    pub next_after: Option<TenantId>,
}

/// A tenant that has a schedule.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleEntry {
    /// Who.
    pub tenant: TenantId,
    /// In how many objects its jobs are.
    #[serde(default)]
    pub parts: u16,
    /// When its first job was made, or when it was first known.
    pub entered_at: Timestamp,
    /// How often an alarm of its had to be set again.
    pub repairs: u32,
    /// When it last had to be.
    #[serde(default)]
    pub repaired_at: Option<Timestamp>,
    /// How it was then.
    #[serde(default)]
    pub repair: Option<AlarmCondition>,
}
