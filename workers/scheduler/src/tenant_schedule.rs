//! The Durable Object that holds a tenant's schedule: its jobs and runs, and the alarm that fires them.

use std::rc::Rc;

use app::ports::Clock;
use app::scheduler::{FireReport, FiredRun, PipelineTasks, SchedulePorts, TenantJobs, fire_due};
use async_trait::async_trait;
use contracts::TenantCall;
use contracts::scheduler::{
    ChangeJob, CreateJob, GetJob, Job, JobError, JobPage, JobRun, Jobs, JobsClient, JobsContract,
    JobsDispatch, ListJobs, ListRuns, RunPage,
};
use host::{WorkerClock, WorkerRandom, bindings};
use mesh::durable::{AlarmEvent, DurableObject, HandlerError, ObjectContext, StartError};
use mesh_worker::{BindingTransport, Instance};
use storage::{ObjectAlarm, SCHEDULE, SqlScheduleStore};

#[mesh::durable(service = Jobs, migrations = SCHEDULE)]
pub(crate) struct TenantSchedule {
    jobs: TenantJobs,
    ports: SchedulePorts,
}

#[async_trait(?Send)]
impl DurableObject for TenantSchedule {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        telemetry::console::init("scheduler");
        let env = &context.resources::<Instance>()?.env;
        let pipeline = BindingTransport::service(env, bindings::PIPELINE_TASKS).map_err(StartError::other)?;
        let clock: Rc<dyn Clock> = Rc::new(WorkerClock);
        let ports = SchedulePorts {
            store: Rc::new(SqlScheduleStore::new(context.storage)),
            alarm: Rc::new(ObjectAlarm(context.alarm)),
            tasks: Rc::new(PipelineTasks::over(pipeline, clock.clone())),
            clock,
            random: Rc::new(WorkerRandom),
        };
        Ok(Self { jobs: TenantJobs::start(ports.clone()).map_err(StartError::other)?, ports })
    }

    async fn alarm(&self, _: AlarmEvent) -> Result<(), HandlerError> {
        let fired = fire_due(&self.ports).await;
        fired.as_ref().map_or_else(|error| tracing::error!(event = "schedule.alarm_not_set", %error), log);
        Ok(fired.map(drop)?)
    }
}

/// One arm for each method: they differ in nothing but their names and types.
macro_rules! answered_by_jobs {
    ($($method:ident($request:ty) -> $reply:ty;)+) => {
        #[async_trait(?Send)]
        impl Jobs for TenantSchedule {$(
            async fn $method(&self, context: &TenantCall, request: $request) -> Result<$reply, JobError> {
                self.jobs.$method(context, request).await
            }
        )+}
    };
}

answered_by_jobs! {
    create_job(CreateJob) -> Job;
    get_job(GetJob) -> Job;
    list_jobs(ListJobs) -> JobPage;
    change_job(ChangeJob) -> Job;
    delete_job(GetJob) -> ();
    pause_job(GetJob) -> Job;
    resume_job(GetJob) -> Job;
    run_job(GetJob) -> JobRun;
    list_runs(ListRuns) -> RunPage;
}

fn log(report: &FireReport) {
    let tenant = report.tenant.map(|tenant| tenant.to_string()).unwrap_or_default();
    for run in &report.runs {
        log_run(&tenant, run);
    }
    if let Some(error) = &report.trouble {
        tracing::error!(event = "schedule.store_failed", %tenant, %error);
    }
}

fn log_run(tenant: &str, run: &FiredRun) {
    let FiredRun { job_id, run_id, trace_id, attempts, lateness_ms, duration_ms, error, .. } = run;
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
