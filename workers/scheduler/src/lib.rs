//! The scheduler Worker: one schedule a tenant, whose alarm has the pipeline carry tasks out. Wiring only.
#![cfg(target_arch = "wasm32")]

mod fetch;
mod health;
mod scheduled;
mod tenant_schedule;
mod wiring;

use contracts::health::HealthContract;
use contracts::scheduler::{HeartbeatsContract, JobsContract, ScansContract};

mesh_worker::entrypoint!(
    /// For the gateway and the admin: a tenant's jobs.
    Jobs,
    JobsContract,
    wiring::jobs
);
mesh_worker::entrypoint!(
    /// For the gateway: pings.
    Heartbeats,
    HeartbeatsContract,
    wiring::heartbeats
);
mesh_worker::entrypoint!(
    /// For the admin: whether what must hold of the schedules does.
    Scans,
    ScansContract,
    wiring::scans
);
mesh_worker::entrypoint!(
    /// For anyone: how this Worker is.
    Health,
    HealthContract,
    wiring::health
);
