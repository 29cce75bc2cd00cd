//! Pings of heartbeats: with a key under `/v1/jobs`, and at `/ping/{token}` by whoever has the address.
//!
//! A token is the tenant, the job and 16 bytes of chance, 48 bytes in all. It names a tenant, and that tenant's schedule says
//! whether the rest is true: until then the name is a claim. Whatever is wrong is the same 404.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contracts::scheduler::{self, GetJob, JobError, PingByAddress, PingSecret};
use contracts::{Actor, TenantScope};
use http_api::jobs::{MAX_MESSAGE_CHARS, Ping, PingJob, PingStatus, PingTaken, Pings};
use http_api::{Code, Operation, Problem};
use ids::{JobId, TenantId};
use mesh::CallError;

use super::{jobs, time};
use crate::exchange::{Exchange, SERVICE};
use crate::failure::{Failure, failed, not_found};
use crate::middleware::auth::{authorize, authorize_principal};
use crate::middleware::limits;
use crate::respond::{Answer, Outcome};

/// The bytes of an id, and of a secret.
const PART: usize = 16;

/// Takes a ping from the holder of a key.
///
/// # Errors
/// As [`authorize`]; a bad body; what [`failed`] makes of the call.
pub async fn ping(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let job_id = job_id(exchange)?;
    let PingJob { status, message } = exchange.optional_json().await?;
    let request = scheduler::PingJob { job_id, status: inner(status), message };
    let taken = exchange.ports.heartbeats.ping_job(&call, request).await.map_err(failed)?;
    let settled = taken.settled.into_iter().map(time::public).collect();
    Answer::json(200, &PingTaken { ping: public(taken.ping), settled })
}

/// Gives a heartbeat another address.
///
/// # Errors
/// As [`authorize`]; what [`failed`] makes of the call.
pub async fn rotate(exchange: &Exchange<'_>) -> Outcome {
    let (call, principal) = authorize_principal(exchange).await?;
    let request = GetJob { job_id: job_id(exchange)? };
    let rotated = exchange.ports.heartbeats.rotate_ping(&call, request).await.map_err(failed)?;
    Answer::json(200, &jobs::shown(exchange, &principal, rotated)?)
}

/// The last pings of a heartbeat.
///
/// # Errors
/// As [`authorize`]; what [`failed`] makes of the call.
pub async fn list(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let request = GetJob { job_id: job_id(exchange)? };
    let pings = exchange.ports.heartbeats.list_pings(&call, request).await.map_err(failed)?;
    Answer::json(200, &Pings { items: pings.items.into_iter().map(public).collect() })
}

/// Takes a ping at the address of a heartbeat.
///
/// # Errors
/// [`Code::PingNotFound`], [`Code::RateLimited`]; [`Code::ServiceUnavailable`] when it could not be put on record.
pub async fn by_address(exchange: &Exchange<'_>) -> Outcome {
    limits::first_cut(exchange, "ping").await?;
    let (tenant, job_id, secret) = read(exchange.part(0)).ok_or_else(nobody)?;
    let status = match exchange.route.operation {
        Operation::PingStart | Operation::PostPingStart => PingStatus::Start,
        Operation::PingFail | Operation::PostPingFail => PingStatus::Fail,
        _ => PingStatus::Success,
    };
    let body = exchange.bytes().await?;
    let message: String = String::from_utf8_lossy(&body).chars().take(MAX_MESSAGE_CHARS).collect();
    let ping = scheduler::PingJob { job_id, status: inner(status), message: Some(message) };
    let claim = exchange.claim(TenantScope { tenant, actor: Actor::Service(SERVICE.into()) });
    let taken = exchange.ports.heartbeats.ping_by_address(&claim, PingByAddress { ping, secret }).await;
    match taken {
        Ok(_) => {
            exchange.facts.tenant.set(Some(tenant));
            Ok(Answer::new(200, "text/plain; charset=utf-8", &b"OK\n"[..]))
        }
        Err(CallError::Refused(JobError::NotFound | JobError::NoHeartbeat)) => Err(nobody()),
        Err(error) => Err(failed(error)),
    }
}

/// The address of a heartbeat.
pub(super) fn address(exchange: &Exchange<'_>, tenant: TenantId, job: &scheduler::Job) -> Option<String> {
    let token = token(tenant, job.job_id, &job.heartbeat.as_ref()?.secret)?;
    Some(format!("{}/ping/{token}", exchange.origin()))
}

/// A ping as the public surface shows it.
pub(super) fn public(ping: scheduler::Ping) -> Ping {
    let scheduler::Ping { at, status, message, began_at } = ping;
    let status = match status {
        scheduler::PingStatus::Success => PingStatus::Success,
        scheduler::PingStatus::Fail => PingStatus::Fail,
        scheduler::PingStatus::Start => PingStatus::Start,
    };
    Ping { at: time::public(at), status, message, began_at: began_at.map(time::public) }
}

const fn inner(status: PingStatus) -> scheduler::PingStatus {
    match status {
        PingStatus::Success => scheduler::PingStatus::Success,
        PingStatus::Fail => scheduler::PingStatus::Fail,
        PingStatus::Start => scheduler::PingStatus::Start,
    }
}

fn job_id(exchange: &Exchange<'_>) -> Result<JobId, Failure> {
    exchange.id(Code::JobNotFound).map_err(|_| not_found(Code::JobNotFound))
}

fn nobody() -> Failure {
    Problem::new(Code::PingNotFound, "nothing is pinged at this address").into()
}

fn token(tenant: TenantId, job_id: JobId, secret: &PingSecret) -> Option<String> {
    let mut bytes = [0; 3 * PART];
    let (tenant, job_id) = (tenant.to_string(), job_id.to_string());
    let digits = [tenant.split_once('_')?.1, job_id.split_once('_')?.1, secret.expose()];
    for (part, digits) in bytes.chunks_exact_mut(PART).zip(digits) {
        hex::decode_to_slice(digits, part).ok()?;
    }
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

fn read(token: &str) -> Option<(TenantId, JobId, PingSecret)> {
    let mut bytes = [0; 3 * PART];
    // Of another length it is none.
    if token.len() != 4 * PART || URL_SAFE_NO_PAD.decode_slice(token, &mut bytes).ok()? != bytes.len() {
        return None;
    }
    let digits = hex::encode(bytes);
    let (tenant, rest) = digits.split_at(2 * PART);
    let (job_id, secret) = rest.split_at(2 * PART);
    let tenant = format!("{}_{tenant}", TenantId::PREFIX).parse().ok()?;
    let job_id = format!("{}_{job_id}", JobId::PREFIX).parse().ok()?;
    Some((tenant, job_id, PingSecret::new(secret.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_nothing_else_is_one() {
        let tenant = TenantId::from_parts(1_795_330_800_000, [1; 10]);
        let job_id = JobId::from_parts(1_795_330_800_001, [2; 10]);
        let secret = PingSecret::new("00ff".repeat(8));
        let made = token(tenant, job_id, &secret).unwrap();
        assert_eq!(made.len(), 64);
        assert_eq!(read(&made), Some((tenant, job_id, secret)));
        let long = format!("{made}A");
        for other in ["", "x", &made[1..], &*long, &made.replace(&made[..1], "*"), &"é".repeat(32)] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
