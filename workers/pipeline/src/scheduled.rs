//! The sweeps, by cron. Nothing else reaches this Worker over HTTP.

use worker::{Context, Env, Request, Response, ScheduleContext, ScheduledEvent, event};

use crate::{wiring, workflows};

#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let ports = match wiring::handover(&env) {
        Ok(ports) => ports,
        Err(error) => {
            tracing::error!(event = "sweep.failed", %error);
            return;
        }
    };
    match app::pipeline::sweep(&ports).await {
        Ok(report) if report == app::pipeline::SweepReport::default() => {}
        Ok(report) => tracing::info!(
            event = "sweep.done",
            started = report.started,
            alive = report.alive,
            settled = report.settled,
            failed = report.failed
        ),
        Err(error) => tracing::error!(event = "sweep.failed", %error),
    }
    sweep_workflows(&env).await;
}

async fn sweep_workflows(env: &Env) {
    let ports = match workflows::ports(env) {
        Ok(ports) => ports,
        Err(error) => {
            tracing::error!(event = "sweep.failed", %error);
            return;
        }
    };
    match app::workflows::sweep(&ports).await {
        Ok(report) if report == app::workflows::WorkflowSweep::default() => {}
        Ok(report) => tracing::info!(
            event = "sweep.workflows_done",
            started = report.started,
            alive = report.alive,
            woken = report.woken,
            settled = report.settled,
            failed = report.failed
        ),
        Err(error) => tracing::error!(event = "sweep.failed", %error),
    }
}

#[event(fetch)]
async fn fetch(_request: Request, _env: Env, _context: Context) -> worker::Result<Response> {
    Response::error("this Worker is called over its service bindings", 404)
}
