//! The sweeps, by cron. Nothing else reaches this Worker over HTTP.

use host::{WorkerClock, WorkerRandom};
use worker::{Context, Env, Request, Response, ScheduleContext, ScheduledEvent, event};

use crate::{wiring, workflows};

#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    attend_queues(&env).await;
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
            failed = report.failed,
            forgotten = report.forgotten
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

/// The watchdog over the subscriptions' alarms.
async fn attend_queues(env: &Env) {
    let attended = async {
        let directory = wiring::directory(env).map_err(|error| error.to_string())?;
        let queues = wiring::queues(env).map_err(|error| error.to_string())?;
        app::outbound::attend_queues(&directory, &queues, &WorkerClock, &WorkerRandom)
            .await
            .map_err(|error| error.to_string())
    };
    match attended.await {
        Ok(0) => {}
        Ok(queues) => tracing::info!(event = "delivery.queues_attended", queues),
        Err(error) => tracing::error!(event = "delivery.queues_unattended", %error),
    }
}

#[event(fetch)]
async fn fetch(_request: Request, _env: Env, _context: Context) -> worker::Result<Response> {
    Response::error("this Worker is called over its service bindings", 404)
}
