//! From bindings to services.

use std::rc::Rc;

use app::scheduler::JobsRouter;
use contracts::health::HealthDispatch;
use contracts::scheduler::JobsDispatch;
use host::bindings;
use mesh_worker::durable::DurableNamespace;
use mesh_worker::{BindingError, Instance};

use crate::health::HealthService;

pub(crate) fn jobs(instance: &Instance) -> Result<JobsDispatch<JobsRouter>, BindingError> {
    telemetry::console::init("scheduler");
    let objects = DurableNamespace::over(&instance.env, bindings::TENANT_SCHEDULE)?;
    Ok(JobsDispatch(JobsRouter(Rc::new(objects))))
}

pub(crate) fn health(instance: &Instance) -> Result<HealthDispatch<HealthService>, BindingError> {
    telemetry::console::init("scheduler");
    Ok(HealthDispatch(HealthService::new(&instance.env)?))
}
