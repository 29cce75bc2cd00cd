//! From bindings to the workflows that tenants start.

use std::rc::Rc;

use app::workflows::{MeshInstances, SpendApproval, WorkflowPorts, WorkflowsService};
use contracts::pipeline::workflows::WorkflowsDispatch;
use host::{WorkerClock, WorkerRandom, bindings};
use mesh_worker::{BindingError, Instance, WorkflowBinding};
use storage::{D1ApprovalStore, D1RunStore};
use worker::Env;

use crate::wiring::data_db;

pub(crate) fn service(instance: &Instance) -> Result<WorkflowsDispatch<WorkflowsService>, BindingError> {
    telemetry::console::init("pipeline");
    Ok(WorkflowsDispatch(WorkflowsService(ports(&instance.env)?)))
}

pub(crate) fn spend_approval(instance: &Instance) -> Result<SpendApproval, BindingError> {
    telemetry::console::init("pipeline");
    let WorkflowPorts { runs, approvals, clock, .. } = ports(&instance.env)?;
    Ok(SpendApproval { runs, approvals, clock })
}

pub(crate) fn ports(env: &Env) -> Result<WorkflowPorts, BindingError> {
    let database = data_db(env)?;
    Ok(WorkflowPorts {
        runs: Rc::new(D1RunStore::new(database.clone())),
        approvals: Rc::new(D1ApprovalStore::new(database)),
        instances: Rc::new(MeshInstances {
            spend_approvals: WorkflowBinding::instances(env, bindings::SPEND_APPROVAL)?,
        }),
        clock: Rc::new(WorkerClock),
        random: Rc::new(WorkerRandom),
    })
}
