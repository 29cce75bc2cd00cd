//! What runs by cron: every minute the watchdog over the schedules' alarms.

use app::ports::ScheduleObject;
use app::scheduler::{WatchReport, attend_schedules};
use contracts::scheduler::AlarmCondition;
use host::{WorkerClock, WorkerRandom};
use worker::{Env, ScheduleContext, ScheduledEvent, event};

use crate::wiring;

#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    telemetry::console::init("scheduler");
    match sweep(&env).await {
        Ok(report) => log(&report),
        Err(error) => tracing::error!(event = "schedule.watch_failed", error),
    }
}

async fn sweep(env: &Env) -> Result<WatchReport, String> {
    let registry = wiring::registry(env).map_err(|error| error.to_string())?;
    let objects = wiring::objects(env).map_err(|error| error.to_string())?;
    attend_schedules(&registry, &objects, &WorkerClock, &WorkerRandom)
        .await
        .map_err(|error| error.to_string())
}

fn log(report: &WatchReport) {
    let WatchReport { attended, repaired, silent } = report;
    for (ScheduleObject { tenant, part }, found) in repaired {
        let alarm = match found {
            AlarmCondition::Sound => "sound",
            AlarmCondition::Ringing => "ringing",
            AlarmCondition::Lost => "lost",
            AlarmCondition::Late => "late",
            AlarmCondition::Overdue => "overdue",
        };
        tracing::warn!(event = "schedule.alarm_repaired", %tenant, part, alarm);
    }
    for (ScheduleObject { tenant, part }, error) in silent {
        tracing::warn!(event = "schedule.unattended", %tenant, part, error);
    }
    if *attended > 0 {
        tracing::info!(
            event = "schedule.watched",
            attended,
            repaired = repaired.len(),
            silent = silent.len()
        );
    }
}
