//! The pipeline Worker: archive, queue, workflows, the tenants' search indexes. Wiring only.
#![cfg(target_arch = "wasm32")]

mod health;
mod queue;
mod scheduled;
mod tenant_index;
mod wiring;

use contracts::health::HealthContract;
use contracts::pipeline::tenant_index::TenantIndexContract;
use contracts::pipeline::{IntakeContract, TasksContract};

host::entrypoint!(
    /// For the gateway: accept events, and read what came of them.
    Intake,
    IntakeContract,
    wiring::intake
);
host::entrypoint!(
    /// For the scheduler: what a job can have done.
    Tasks,
    TasksContract,
    wiring::tasks
);
host::entrypoint!(
    /// For anyone: how this Worker is.
    Health,
    HealthContract,
    wiring::health
);
host::durable_object!(
    /// One search index a tenant.
    TenantIndex,
    TenantIndexContract,
    wiring::tenant_index
);
host::workflow!(
    /// Works an event off.
    CallIngest,
    wiring::call_ingest
);
