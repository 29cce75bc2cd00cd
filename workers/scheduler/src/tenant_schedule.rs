//! The Durable Object that holds a tenant's schedule.

use std::rc::Rc;

use app::ports::StoreError;
use app::scheduler::{FireReport, FiredRun, SchedulePorts, TenantJobs, fire_due};
use async_trait::async_trait;
use contracts::scheduler::JobsDispatch;
use mesh::Dispatch;
use mesh_worker::DurableObject;

pub(crate) struct TenantScheduleObject {
    dispatch: Rc<dyn Dispatch>,
    ports: SchedulePorts,
}

impl TenantScheduleObject {
    pub(crate) fn start(ports: SchedulePorts) -> Result<Self, StoreError> {
        let dispatch = Rc::new(JobsDispatch(TenantJobs::start(ports.clone())?));
        Ok(Self { dispatch, ports })
    }
}

#[async_trait(?Send)]
impl DurableObject for TenantScheduleObject {
    fn dispatch(&self) -> Rc<dyn Dispatch> {
        self.dispatch.clone()
    }

    async fn alarm(&self) -> Result<(), String> {
        match fire_due(&self.ports).await {
            Ok(report) => {
                log(&report);
                Ok(())
            }
            Err(error) => {
                tracing::error!(event = "schedule.alarm_not_set", %error);
                Err(error.to_string())
            }
        }
    }
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
