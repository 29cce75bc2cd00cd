//! What runs by cron: every minute the sweeps, the archive's export and erasures that were not started; at night the
//! purge of what is past its retention, and the archive's upkeep.

use app::call_archive::{SweptCalls, sweep_calls};
use app::pipeline::{
    Budget, CompactionReport, ExportReport, OrphanReport, RedriveSweep, SweepReport, compact,
    continue_redrives, export, purge, remove_orphans, resume_erasures, sweep, tidy_up,
};
use app::ports::{Clock, TraceStore, UsageOverview};
use app::traces::SPANS_KEPT_MS;
use contracts::Timestamp;
use host::{WorkerClock, WorkerRandom};
use worker::{Context, Env, Request, Response, ScheduleContext, ScheduledEvent, event};

use crate::{tenant_budget, wiring, workflows};

/// The cron line of the nightly upkeep, as in `wrangler/pipeline.jsonc`. Every other line is the minute's.
const NIGHTLY: &str = "*/10 2-5 * * *";

/// How long the export of a minute may take: the next minute goes on with what is left.
const EXPORT_MS: u64 = 40_000;

/// How long the purge may take.
const PURGE_MS: u64 = 60_000;

/// How long looking for raw bytes without an event may take.
const ORPHANS_MS: u64 = 30_000;

/// How long the upkeep may take; it runs again in ten minutes, and tomorrow.
const UPKEEP_MS: u64 = 40_000;

/// How long sweeping archived calls may take; it runs again in ten minutes.
const AI_CALLS_MS: u64 = 30_000;

/// How long redrives go on at once; the next minute goes on.
const REDRIVE_MS: u64 = 50_000;

/// How many recorded spans are forgotten in one statement.
const SPANS_AT_ONCE: u32 = 2_000;

/// How many such statements a night's turn makes; the next goes on, in ten minutes.
const MOST_FORGETTING: u32 = 50;

#[event(scheduled)]
async fn scheduled(event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    if event.cron() == NIGHTLY {
        purge_events(&env).await;
        remove_raw_orphans(&env).await;
        keep_up(&env).await;
        forget_usage(&env).await;
        forget_spans(&env).await;
        sweep_ai_calls(&env).await;
        return;
    }
    attend_queues(&env).await;
    sweep_outbox(&env).await;
    sweep_workflows(&env).await;
    export_events(&env).await;
    start_erasures(&env).await;
    sweep_files(&env).await;
    note_backlog(&env).await;
    redrive(&env).await;
}

async fn sweep_outbox(env: &Env) {
    let ports = match wiring::handover(env) {
        Ok(ports) => ports,
        Err(error) => {
            tracing::error!(event = "sweep.failed", %error);
            return;
        }
    };
    match sweep(&ports).await {
        Ok(report) if report == SweepReport::default() => {}
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

async fn export_events(env: &Env) {
    let ports = match wiring::event_archive(env) {
        Ok(ports) => ports,
        Err(error) => {
            tracing::error!(event = "archive.export_failed", %error);
            return;
        }
    };
    match export(&ports, Budget::of(&WorkerClock, EXPORT_MS)).await {
        Ok(report) if report == ExportReport::default() => {}
        Ok(report) => tracing::info!(
            event = "archive.exported",
            rows = report.rows,
            files = report.files,
            busy = report.busy,
            failed = report.failed
        ),
        Err(error) => tracing::error!(event = "archive.export_failed", %error),
    }
}

/// What was deleted, and uploads that were not completed.
async fn sweep_files(env: &Env) {
    let outcome = match wiring::file_ports(env) {
        Ok(ports) => app::files::sweep(&ports).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(0) => {}
        Ok(files) => tracing::info!(event = "files.removed", files),
        Err(error) => tracing::error!(event = "files.sweep_failed", error),
    }
}

async fn start_erasures(env: &Env) {
    let outcome = match wiring::erasure_requests(env) {
        Ok(ports) => resume_erasures(&ports).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = outcome {
        tracing::error!(event = "erasure.start_failed", error);
    }
}

/// Each tenant's counts are logged as it is done.
async fn purge_events(env: &Env) {
    let outcome = match wiring::purge(env) {
        Ok(ports) => {
            purge(&ports, Budget::of(&WorkerClock, PURGE_MS)).await.map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = outcome {
        tracing::error!(event = "retention.purge_failed", error);
    }
}

async fn remove_raw_orphans(env: &Env) {
    let outcome = match wiring::purge(env) {
        Ok(ports) => remove_orphans(&ports, Budget::of(&WorkerClock, ORPHANS_MS))
            .await
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(report) if report == OrphanReport::default() => {}
        Ok(OrphanReport { objects, failed }) => {
            tracing::info!(event = "archive.orphans_removed", objects, failed);
        }
        Err(error) => tracing::error!(event = "archive.orphans_failed", error),
    }
}

/// Archived calls of models that are past their retention.
async fn sweep_ai_calls(env: &Env) {
    let swept = async {
        let archive = wiring::call_archive(env).map_err(|error| error.to_string())?;
        let policies = tenant_budget::policies(env).map_err(|error| error.to_string())?;
        let budget = Budget::of(&WorkerClock, AI_CALLS_MS);
        sweep_calls(&archive, &*policies, &WorkerClock, budget).await.map_err(|error| error.to_string())
    };
    match swept.await {
        Ok(report) if report == SweptCalls::default() => {}
        Ok(SweptCalls { calls, failed }) => tracing::info!(event = "model.archive_swept", calls, failed),
        Err(error) => tracing::error!(event = "model.archive_not_swept", error),
    }
}

/// Hours and days of usage that can no longer be asked for.
async fn forget_usage(env: &Env) {
    let outcome = match wiring::usage_store(env) {
        Ok(store) => store.forget(WorkerClock.now()).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = outcome {
        tracing::error!(event = "usage.forget_failed", error);
    }
}

/// Recorded spans that are past their time.
async fn forget_spans(env: &Env) {
    let outcome = async {
        let store = wiring::trace_store(env).map_err(|error| error.to_string())?;
        let before = Timestamp::from_unix_ms(WorkerClock.now().unix_ms().saturating_sub(SPANS_KEPT_MS));
        let mut forgotten = 0;
        for _ in 0..MOST_FORGETTING {
            let gone = store.forget(before, SPANS_AT_ONCE).await.map_err(|error| error.to_string())?;
            forgotten += gone;
            if gone < SPANS_AT_ONCE {
                break;
            }
        }
        Ok::<_, String>(forgotten)
    };
    match outcome.await {
        Ok(0) => {}
        Ok(spans) => tracing::info!(event = "spans.forgotten", spans),
        Err(error) => tracing::error!(event = "spans.forget_failed", error),
    }
}

/// Goes on with replays of whole groups of dead letters. Last: it takes its time.
async fn redrive(env: &Env) {
    let outcome = match wiring::redrive_ports(env) {
        Ok(ports) => continue_redrives(&ports, REDRIVE_MS).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(sweep) if sweep == RedriveSweep::default() => {}
        Ok(RedriveSweep { begun, refused, ended, grouped }) => {
            tracing::info!(event = "redrive.continued", begun, refused, ended, grouped);
        }
        Err(error) => tracing::error!(event = "redrive.failed", error),
    }
}

/// Keeps what waits now, for the charts of operators.
async fn note_backlog(env: &Env) {
    let outcome = async {
        let store = wiring::usage_overview(env).map_err(|error| error.to_string())?;
        let waiting = store.waiting().await.map_err(|error| error.to_string())?;
        store.note_backlog(WorkerClock.now(), waiting).await.map_err(|error| error.to_string())
    };
    if let Err(error) = outcome.await {
        tracing::error!(event = "backlog.not_noted", error);
    }
}

async fn keep_up(env: &Env) {
    let began_at = WorkerClock.now().unix_ms();
    let ports = match wiring::event_archive(env) {
        Ok(ports) => ports,
        Err(error) => {
            tracing::error!(event = "archive.upkeep_failed", %error);
            return;
        }
    };
    match compact(&ports, Budget::of(&WorkerClock, UPKEEP_MS)).await {
        Ok(report) if report == CompactionReport::default() => {}
        Ok(report) => tracing::info!(
            event = "archive.compacted",
            days = report.days,
            merged = report.merged,
            busy = report.busy,
            failed = report.failed,
            duration_ms = WorkerClock.now().unix_ms().saturating_sub(began_at)
        ),
        Err(error) => tracing::error!(event = "archive.upkeep_failed", %error),
    }
    match tidy_up(&ports).await {
        Ok(0) => {}
        Ok(files) => tracing::info!(event = "archive.tidied_up", files),
        Err(error) => tracing::error!(event = "archive.upkeep_failed", %error),
    }
}

#[event(fetch)]
async fn fetch(_request: Request, _env: Env, _context: Context) -> worker::Result<Response> {
    Response::error("this Worker is called over its service bindings", 404)
}
