//! The workflows that tenants start, watch and signal.
//!
//! A start puts a run on record and then starts its instance; a sweep takes up what lies between. Each workflow has a
//! folder: its durable steps, and the use cases around them.

pub mod account_report;
pub mod backfill;
mod crm_records;
mod ending;
mod instances;
mod runs;
mod service;
pub mod spend_approval;
mod stage;
mod start;
mod startable;
mod sweep;
pub mod sync;

use std::rc::Rc;

use contracts::{Actor, Timestamp};

pub use account_report::AccountReport;
pub use backfill::Backfill;
pub use ending::RunEnding;
pub use instances::MeshInstances;
pub(crate) use runs::{begin_with, steer_run};
pub use service::WorkflowsService;
pub use spend_approval::SpendApproval;
pub use startable::RuleStarts;
pub(crate) use startable::{STARTABLE, request_report, request_sync, start_by_name};
pub use sweep::{WorkflowSweep, sweep};
pub use sync::{HistoryPorts, Sync};

use crate::ports::{ApprovalStore, Archive, Clock, CrmStore, Random, RunStore, WorkflowInstances};

/// How long after a change the sweep looks whether it went through, in milliseconds.
pub(crate) const SWEEP_GRACE_MS: u64 = 15_000;

/// What starting, watching and steering workflows needs.
#[derive(Clone)]
pub struct WorkflowPorts {
    /// Runs on record.
    pub runs: Rc<dyn RunStore>,
    /// Approvals.
    pub approvals: Rc<dyn ApprovalStore>,
    /// Where reports lie.
    pub archive: Rc<dyn Archive>,
    /// Histories of providers.
    pub histories: HistoryPorts,
    /// What CRMs told.
    pub records: Rc<dyn CrmStore>,
    /// The engine's instances.
    pub instances: Rc<dyn WorkflowInstances>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// Secure randomness.
    pub random: Rc<dyn Random>,
}

/// Who acts, as the records name them: a credential's id, or a Worker's name.
pub(crate) fn actor_name(actor: &Actor) -> String {
    match actor {
        Actor::Key(key) => key.to_string(),
        Actor::Endpoint(endpoint) => endpoint.to_string(),
        Actor::Job(job) => job.to_string(),
        Actor::Service(service) => service.clone(),
    }
}

/// So much later.
pub(crate) fn after(time: Timestamp, milliseconds: u64) -> Timestamp {
    Timestamp::from_unix_ms(time.unix_ms().saturating_add(milliseconds))
}
