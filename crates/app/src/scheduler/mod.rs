//! The scheduler's use cases: a tenant's jobs, and firing what is due.
//!
//! A tenant's jobs and runs live in one Durable Object, and in further ones where they are very many ([`Part`]).
//! [`JobsRouter`] is what callers reach; it hands each call to the object, where [`TenantJobs`] answers it. The object's alarm calls [`fire_due`], the only place that carries a
//! task out. Everything that asks for a run, the schedule as much as a caller, only writes it down and sets the alarm.

mod alerts;
mod backfill;
mod bring_up;
mod change_job;
mod convert;
mod create_job;
mod definition;
mod fire_due;
mod forward;
mod heartbeats;
mod http_tasks;
mod ledger;
mod object;
mod parts;
mod patch_job;
mod pipeline_tasks;
mod plan;
mod read_job;
mod run_job;
mod runs;
mod scan;
mod scans;
mod spans;
mod tenant_jobs;
mod upkeep;
mod watchdog;

use std::rc::Rc;

pub use fire_due::{FireReport, FiredRun, fire_due};
pub use forward::JobsRouter;
pub use heartbeats::{HeartbeatsRouter, TenantHeartbeats};
pub use object::{ScheduleContract, ScheduleDispatch};
pub use parts::Part;
pub use pipeline_tasks::PipelineTasks;
pub use scans::ScansService;
pub use spans::spans_of;
pub use tenant_jobs::TenantJobs;
pub use upkeep::{Ringing, TenantUpkeep};
pub use watchdog::{ATTENDED_EVERY_MS, WatchReport, attend_schedules};

use contracts::Timestamp;

use crate::ports::{Alarm, Clock, Random, ScheduleRegistry, ScheduleStore, StoreError, TaskRunner};

/// What one tenant's schedule needs.
#[derive(Clone)]
pub struct SchedulePorts {
    /// Jobs and runs.
    pub store: Rc<dyn ScheduleStore>,
    /// Where it is known that there is a schedule.
    pub registry: Rc<dyn ScheduleRegistry>,
    /// What wakes it.
    pub alarm: Rc<dyn Alarm>,
    /// What carries tasks out.
    pub tasks: Rc<dyn TaskRunner>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// Secure randomness.
    pub random: Rc<dyn Random>,
    /// Which of the tenant's objects it is.
    pub part: Part,
}

impl SchedulePorts {
    /// Sets the alarm to the earliest time at which anything is due. Right whenever it is called, and never too early
    /// to be called again.
    async fn rearm(&self) -> Result<(), StoreError> {
        let next = || -> Result<_, StoreError> {
            // The platform takes no alarm for the beginning of 1970, which a schedule may name.
            Ok(self.store.next_wake()?.map(|at| at.max(Timestamp::from_unix_ms(1))))
        };
        // Setting it is a write to the disk, asking is not. One whose time has come may be one that nobody was called
        // for; and what is due may have changed during the wait.
        let wanted = next()?;
        let to_come = wanted.is_some_and(|at| at > self.clock.now());
        if to_come && self.alarm.at().await? == wanted && next()? == wanted {
            return Ok(());
        }
        self.alarm.set(next()?).await
    }
}
