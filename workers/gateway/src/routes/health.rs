//! `GET /healthz`: how the services behind the gateway are, asked all at once.

use app::admin::{Checkup, Condition, check_up};
use app::ports::{Heartbeat, StoreError};
use contracts::{ServiceScope, Timestamp};
use futures_util::future::join3;
use http_api::health::{Health, HealthStatus, ServiceHealth};
use mesh::{CallContext, Deadline};

use crate::exchange::{Exchange, SERVICE};
use crate::respond::{Answer, Outcome};

/// How long, in milliseconds, a service may take to say how it is.
const PATIENCE_MS: u64 = 2_000;
/// How old, in milliseconds, the admin Worker's last sign of life may be: it leaves one a minute.
const HEARTBEAT_MS: u64 = 3 * 60_000;

/// Answers with the health of the mesh. What is wrong with a part is for the log.
///
/// # Errors
/// None but an answer that cannot be written.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let ports = exchange.ports;
    let clock = &*ports.clock;
    let asked_at = clock.now();
    let deadline = Deadline::after(asked_at.unix_ms(), PATIENCE_MS);
    let context = CallContext::new(ServiceScope {}, exchange.trace, deadline, SERVICE);
    let heartbeat = async {
        let found = ports.control.heartbeat(app::admin::SERVICE).await;
        (found, clock.now().unix_ms().saturating_sub(asked_at.unix_ms()))
    };
    let (pipeline, scheduler, (heartbeat, control_ms)) = join3(
        check_up("pipeline", ports.pipeline_health.clone(), &context, clock),
        check_up("scheduler", ports.scheduler_health.clone(), &context, clock),
        heartbeat,
    )
    .await;

    let causes: Vec<String> =
        [cause(&pipeline), cause(&scheduler), heartbeat.as_ref().err().map(StoreError::to_string)]
            .into_iter()
            .flatten()
            .collect();
    if !causes.is_empty() {
        exchange.facts.cause.replace(Some(causes.join("; ")));
    }
    let control_is_well = heartbeat.is_ok();
    let admin = admin(heartbeat.ok().flatten(), control_ms, clock.now());
    let services = [pipeline, scheduler].map(|checkup| (checkup.service.to_owned(), service(checkup)));
    let services = services.into_iter().chain([(app::admin::SERVICE.to_owned(), admin)]).collect();
    let mut health = Health::new(env!("CARGO_PKG_VERSION"), services);
    if !control_is_well {
        // Keys and endpoints are there: without it nobody gets in.
        health.status = HealthStatus::Degraded;
    }
    Answer::json(health.http_status(), &health)
}

fn service(checkup: Checkup) -> ServiceHealth {
    let status = match checkup.condition() {
        Condition::Ok => HealthStatus::Ok,
        Condition::Degraded => HealthStatus::Degraded,
        Condition::Down => HealthStatus::Down,
    };
    let report = checkup.outcome.ok();
    ServiceHealth {
        status,
        latency_ms: milliseconds(checkup.latency_ms),
        contract: report.as_ref().map(contracts::health::HealthReport::contract_line),
        version: report.map(|report| report.version),
    }
}

/// Nothing below admin may call it, so it is judged by the sign of life that it leaves. The gateway does without it.
fn admin(heartbeat: Option<Heartbeat>, latency_ms: u64, now: Timestamp) -> ServiceHealth {
    let age_ms = heartbeat.as_ref().map(|beat| now.unix_ms().saturating_sub(beat.seen_at.unix_ms()));
    let status = match age_ms {
        Some(age_ms) if age_ms <= HEARTBEAT_MS => HealthStatus::Ok,
        Some(_) => HealthStatus::Stale,
        None => HealthStatus::Unknown,
    };
    let (contract, version) = heartbeat.map(|beat| (beat.contract, beat.version)).unzip();
    ServiceHealth { status, latency_ms: milliseconds(latency_ms), contract, version }
}

/// What is wrong with a service, for operators.
fn cause(checkup: &Checkup) -> Option<String> {
    match &checkup.outcome {
        Err(error) => Some(format!("{}: {error}", checkup.service)),
        Ok(report) => {
            let faults = report.dependencies.iter().filter_map(|needed| {
                let error = needed.error.as_ref()?;
                Some(format!("{}: {}: {error}", checkup.service, needed.name))
            });
            Some(faults.collect::<Vec<_>>().join("; ")).filter(|text| !text.is_empty())
        }
    }
}

fn milliseconds(ms: u64) -> u32 {
    u32::try_from(ms).unwrap_or(u32::MAX)
}
