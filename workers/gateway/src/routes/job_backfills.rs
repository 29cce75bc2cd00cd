//! `/v1/jobs/{id}/backfill` and `/v1/jobs/{id}/backfills`.

use contracts::scheduler::{self, GetJobBackfill, ListJobBackfills};
use http_api::Code;
use http_api::jobs::{BackfillJob, BackfillStatus, JobBackfill, ListBackfills};
use ids::JobId;

use super::time;
use crate::exchange::Exchange;
use crate::failure::{Failure, failed, not_found};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// Runs the times of a past range that did not run.
///
/// # Errors
/// As [`authorize`]; a bad header or body; [`Code::JobNotFound`]; what [`failed`] makes of the call.
pub async fn create(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let call = match exchange.idempotency_key()? {
        Some(key) => call.with_idempotency_key(key.as_str()),
        None => call,
    };
    let job_id = job(exchange)?;
    let BackfillJob { from, to } = exchange.json().await?;
    let request = scheduler::BackfillJob { job_id, from: time::inner(from), until: time::inner(to) };
    let asked = exchange.ports.scheduler.backfill_job(&call, request).await.map_err(failed)?;
    let location = format!("/v1/jobs/{job_id}/backfills/{}", asked.backfill_id);
    Ok(Answer::json(202, &public(asked))?.with("location", location))
}

/// A job's backfills, newest first.
///
/// # Errors
/// As [`get`], and a bad query.
pub async fn list(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let job_id = job(exchange)?;
    let ListBackfills { page } = exchange.query()?;
    let request = ListJobBackfills { job_id, before: page.after, limit: page.limit };
    let found = exchange.ports.scheduler.list_backfills(&call, request).await.map_err(failed)?;
    Answer::json(200, &page.answer(found.items.into_iter().map(public).collect(), found.next_before))
}

/// One backfill.
///
/// # Errors
/// As [`authorize`]; [`Code::JobNotFound`]; [`Code::JobBackfillNotFound`]; what [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let found = exchange.ports.scheduler.get_backfill(&call, named(exchange)?).await.map_err(failed)?;
    Answer::json(200, &public(found))
}

/// Begins no more of a backfill's runs.
///
/// # Errors
/// As [`get`].
pub async fn cancel(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let cancelled =
        exchange.ports.scheduler.cancel_backfill(&call, named(exchange)?).await.map_err(failed)?;
    Answer::json(200, &public(cancelled))
}

fn job(exchange: &Exchange<'_>) -> Result<JobId, Failure> {
    exchange.part(0).parse().map_err(|_| not_found(Code::JobNotFound))
}

fn named(exchange: &Exchange<'_>) -> Result<GetJobBackfill, Failure> {
    let backfill_id = exchange.part(1).parse();
    let backfill_id = backfill_id.map_err(|_| not_found(Code::JobBackfillNotFound))?;
    Ok(GetJobBackfill { job_id: job(exchange)?, backfill_id })
}

fn public(backfill: scheduler::JobBackfill) -> JobBackfill {
    let scheduler::JobBackfill {
        backfill_id,
        job_id: _,
        from,
        until,
        status,
        times,
        begun,
        kept,
        created_at,
        ended_at,
    } = backfill;
    JobBackfill {
        id: backfill_id,
        from: time::public(from),
        to: time::public(until),
        status: match status {
            scheduler::BackfillStatus::Running => BackfillStatus::Running,
            scheduler::BackfillStatus::Completed => BackfillStatus::Completed,
            scheduler::BackfillStatus::Cancelled => BackfillStatus::Cancelled,
        },
        times,
        begun,
        kept,
        created_at: time::public(created_at),
        ended_at: ended_at.map(time::public),
    }
}
