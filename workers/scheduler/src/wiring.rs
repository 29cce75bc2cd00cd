//! From bindings to services.

use std::rc::Rc;

use app::ports::{Clock, ScheduleObjects, StoreError};
use app::scheduler::{JobsRouter, PipelineTasks, SchedulePorts};
use contracts::health::HealthDispatch;
use contracts::scheduler::JobsDispatch;
use host::{WorkerClock, WorkerRandom, bindings};
use mesh::Transport;
use mesh::durable::Address;
use mesh_worker::{BindingError, BindingTransport, Instance};
use storage::{DurableAlarm, DurableSql, SqlScheduleStore};

use crate::health::HealthService;
use crate::tenant_schedule::TenantScheduleObject;

pub(crate) fn jobs(instance: &Instance) -> Result<JobsDispatch<JobsRouter>, BindingError> {
    telemetry::console::init("scheduler");
    mesh_worker::binding(&instance.env, bindings::TENANT_SCHEDULE)?;
    Ok(JobsDispatch(JobsRouter(Rc::new(Objects { env: instance.env.clone() }))))
}

pub(crate) fn health(instance: &Instance) -> Result<HealthDispatch<HealthService>, BindingError> {
    telemetry::console::init("scheduler");
    Ok(HealthDispatch(HealthService::new(&instance.env)?))
}

pub(crate) fn tenant_schedule(instance: &Instance) -> Result<TenantScheduleObject, BindingError> {
    telemetry::console::init("scheduler");
    let clock: Rc<dyn Clock> = Rc::new(WorkerClock);
    let pipeline = BindingTransport::service(&instance.env, bindings::PIPELINE_TASKS)?;
    let sql = DurableSql::new(&instance.context, bindings::TENANT_SCHEDULE).map_err(unusable)?;
    let ports = SchedulePorts {
        store: Rc::new(SqlScheduleStore::open(sql.clone()).map_err(unusable)?),
        alarm: Rc::new(DurableAlarm::new(sql)),
        tasks: Rc::new(PipelineTasks::over(pipeline, clock.clone())),
        clock,
        random: Rc::new(WorkerRandom),
    };
    TenantScheduleObject::start(ports).map_err(unusable)
}

/// The tenants' objects. A stub is made for each call: one can stay broken after an exception.
struct Objects {
    env: worker::Env,
}

impl ScheduleObjects for Objects {
    fn connect(&self, address: &Address) -> Result<Rc<dyn Transport>, StoreError> {
        let stub = BindingTransport::durable_object(&self.env, bindings::TENANT_SCHEDULE, address);
        let stub = stub.map_err(|error| StoreError::new(bindings::TENANT_SCHEDULE, error))?;
        Ok(Rc::new(stub))
    }
}

fn unusable(error: StoreError) -> BindingError {
    BindingError::Unusable { name: bindings::TENANT_SCHEDULE, message: error.message }
}
