//! From bindings to services.

use std::rc::Rc;

use app::scheduler::{HeartbeatsRouter, JobsRouter, Part, ScansService};
use contracts::health::HealthDispatch;
use contracts::scheduler::{HeartbeatsDispatch, JobsDispatch, ScansDispatch};
use host::bindings;
use mesh::durable::Namespace;
use mesh_worker::durable::DurableNamespace;
use mesh_worker::{BindingError, Instance};
use storage::{D1, D1ScheduleRegistry};

use crate::health::HealthService;

pub(crate) fn jobs(instance: &Instance) -> Result<JobsDispatch<JobsRouter>, BindingError> {
    telemetry::console::init("scheduler");
    Ok(JobsDispatch(JobsRouter(objects(&instance.env)?)))
}

pub(crate) fn heartbeats(instance: &Instance) -> Result<HeartbeatsDispatch<HeartbeatsRouter>, BindingError> {
    telemetry::console::init("scheduler");
    let (registry, objects) = (registry(&instance.env)?, objects(&instance.env)?);
    Ok(HeartbeatsDispatch(HeartbeatsRouter { registry: Rc::new(registry), objects }))
}

pub(crate) fn scans(instance: &Instance) -> Result<ScansDispatch<ScansService>, BindingError> {
    telemetry::console::init("scheduler");
    let (registry, objects) = (registry(&instance.env)?, objects(&instance.env)?);
    Ok(ScansDispatch(ScansService { registry: Rc::new(registry), objects }))
}

/// Which tenants have a schedule.
pub(crate) fn registry(env: &worker::Env) -> Result<D1ScheduleRegistry, BindingError> {
    let missing = |error: worker::Error| BindingError::Unusable {
        name: bindings::SCHEDULE_DB,
        message: error.to_string(),
    };
    let database = env.d1(bindings::SCHEDULE_DB).map_err(missing)?;
    Ok(D1ScheduleRegistry::new(D1::new(database, bindings::SCHEDULE_DB)))
}

/// The tenants' objects.
pub(crate) fn objects(env: &worker::Env) -> Result<Rc<dyn Namespace>, BindingError> {
    Ok(Rc::new(DurableNamespace::over(env, bindings::TENANT_SCHEDULE)?))
}

/// Where an object stands among its tenant's, with the room that the configuration gives each.
pub(crate) fn part(name: &str, env: &worker::Env) -> Result<Part, BindingError> {
    let part = Part::named(name, objects(env)?);
    let room = env.var(bindings::JOBS_PER_OBJECT).ok().map(|value| value.to_string()).unwrap_or_default();
    if room.is_empty() {
        return Ok(part);
    }
    let room = room.parse().map_err(|_| BindingError::Unusable {
        name: bindings::JOBS_PER_OBJECT,
        message: format!("`{room}` must be a number from 1 to 50000, or empty"),
    })?;
    Ok(part.with_room(room))
}

pub(crate) fn health(instance: &Instance) -> Result<HealthDispatch<HealthService>, BindingError> {
    telemetry::console::init("scheduler");
    Ok(HealthDispatch(HealthService::new(&instance.env)?))
}
