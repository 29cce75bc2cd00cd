//! The Durable Object that holds a tenant's schedule: its jobs and runs, and the alarm that fires them.

use std::rc::Rc;

use app::ports::{Clock, SpanSink};
use app::scheduler::{
    FireReport, FiredRun, PipelineTasks, ScheduleContract, ScheduleDispatch, SchedulePorts, TenantJobs,
    TenantUpkeep, fire_due, spans_of,
};
use app::traces::PipelineSpans;
use async_trait::async_trait;
use host::{WorkerClock, WorkerRandom, bindings};
use mesh::durable::{
    AlarmEvent, Durable, DurableObject, HandlerError, Migrations, ObjectContext, StartError,
};
use mesh_worker::{BindingTransport, Instance};
use storage::{ObjectAlarm, SCHEDULE, SqlScheduleStore};

use crate::wiring;

pub(crate) struct TenantSchedule {
    jobs: TenantJobs,
    upkeep: TenantUpkeep,
    ports: SchedulePorts,
    spans: Rc<dyn SpanSink>,
    instance: Instance,
}

/// By hand, since it answers more than one service.
impl Durable for TenantSchedule {
    const CLASS: &'static str = "TenantSchedule";
    const MIGRATIONS: Migrations = SCHEDULE;
    type Contract = ScheduleContract;
    type Dispatch = ScheduleDispatch<Self>;

    fn into_dispatch(self) -> Self::Dispatch {
        let (jobs, upkeep) = (self.jobs.clone(), self.upkeep.clone());
        ScheduleDispatch::new(self, jobs, upkeep)
    }

    fn of(dispatch: &Self::Dispatch) -> &Self {
        &dispatch.object
    }
}

mesh_worker::export_durable_object!(
    /// The class `TenantSchedule` of the platform.
    TenantSchedule,
    "TenantSchedule"
);

#[async_trait(?Send)]
impl DurableObject for TenantSchedule {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        telemetry::console::init("scheduler");
        let instance = context.resources::<Instance>()?.clone();
        let env = &instance.env;
        let part = wiring::part(context.address.name(), env).map_err(StartError::other)?;
        let pipeline = BindingTransport::service(env, bindings::PIPELINE_TASKS).map_err(StartError::other)?;
        let work = BindingTransport::service(env, bindings::PIPELINE_WORK).map_err(StartError::other)?;
        let registry = wiring::registry(env).map_err(StartError::other)?;
        let clock: Rc<dyn Clock> = Rc::new(WorkerClock);
        let spans = BindingTransport::service(env, bindings::PIPELINE_SPANS).map_err(StartError::other)?;
        let spans: Rc<dyn SpanSink> =
            Rc::new(PipelineSpans::over(spans, "scheduler", clock.clone(), Rc::new(WorkerRandom)));
        let ports = SchedulePorts {
            store: Rc::new(SqlScheduleStore::new(context.storage)),
            registry: Rc::new(registry),
            alarm: Rc::new(ObjectAlarm(context.alarm)),
            tasks: Rc::new(PipelineTasks::over(pipeline, work, clock.clone())),
            clock,
            random: Rc::new(WorkerRandom),
            part,
        };
        let jobs = TenantJobs::start(ports.clone()).map_err(StartError::other)?;
        Ok(Self { jobs, upkeep: TenantUpkeep::new(ports.clone()), ports, spans, instance })
    }

    async fn alarm(&self, _: AlarmEvent) -> Result<(), HandlerError> {
        let _ringing = self.upkeep.ringing();
        let fired = fire_due(&self.ports).await;
        fired.as_ref().map_or_else(|error| tracing::error!(event = "schedule.alarm_not_set", %error), log);
        if let Ok(report) = &fired {
            self.tell_spans(report);
        }
        Ok(fired.map(drop)?)
    }
}

impl TenantSchedule {
    /// Tells what was fired as spans, behind the alarm: the next one does not wait for it.
    fn tell_spans(&self, report: &FireReport) {
        let Some(tenant) = report.tenant else { return };
        let told = spans_of(report);
        if told.is_empty() {
            return;
        }
        let spans = self.spans.clone();
        let tell = async move {
            if let Err(error) = spans.record(tenant, told).await {
                tracing::warn!(event = "spans.not_brought", %tenant, %error);
            }
        };
        if let Err(error) = self.instance.wait_until(tell) {
            tracing::warn!(event = "spans.not_brought", %tenant, %error);
        }
    }
}

fn log(report: &FireReport) {
    let tenant = report.tenant.map(|tenant| tenant.to_string()).unwrap_or_default();
    for run in &report.runs {
        log_run(&tenant, run);
    }
    for error in &report.untold {
        tracing::warn!(event = "schedule.alert_untold", %tenant, error);
    }
    if let Some(error) = &report.unregistered {
        tracing::error!(event = "schedule.not_registered", %tenant, %error);
    }
    if let Some(error) = &report.trouble {
        tracing::error!(event = "schedule.store_failed", %tenant, %error);
    }
}

fn log_run(tenant: &str, run: &FiredRun) {
    let trace_id = run.trace.trace_id();
    let FiredRun { job_id, run_id, attempts, lateness_ms, duration_ms, error, .. } = run;
    let outcome = run.outcome_name();
    match error {
        None => tracing::info!(
            event = "job.run", %tenant, %job_id, %run_id, %trace_id, %outcome, attempts, lateness_ms, duration_ms
        ),
        Some(error) => tracing::warn!(
            event = "job.run", %tenant, %job_id, %run_id, %trace_id, %outcome, attempts, lateness_ms, duration_ms,
            %error
        ),
    }
}
