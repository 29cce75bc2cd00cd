//! Bringing a job's ledger up to now, all of it, before what it is changes.

use contracts::Timestamp;
use contracts::scheduler::{JobError, JobStatus};

use super::SchedulePorts;
use super::fire_due::BATCH;
use super::ledger::settled_whole;
use super::tenant_jobs::unavailable;
use crate::ports::{JobRecord, JobState};

/// How many turns may be taken at once: each looks at some thousand times. A job that is further behind has an alarm that
/// is at work on it.
const TURNS: u32 = 40;

/// Puts every time of the job up to and including `now` on record, as its alarm would: of an active job by its policies,
/// of a paused one as paused. The job as it stands then.
///
/// # Errors
/// [`JobError::Unavailable`] when the store fails, or when more came than one call may settle; what was settled stays.
pub(super) fn bring_up(
    ports: &SchedulePorts,
    mut job: JobRecord,
    now: Timestamp,
) -> Result<JobRecord, JobError> {
    let paused = job.state.status == JobStatus::Paused;
    let just_after = just_after(now);
    for _ in 0..TURNS {
        if job.state.cursor.is_none_or(|cursor| cursor > now) {
            return Ok(job);
        }
        if paused {
            job.state.resumed_at = Some(just_after);
        }
        let mut settled = settled_whole(ports, &job, now, BATCH)?;
        if paused && settled.state.status == JobStatus::Active {
            settled.state = JobState { status: JobStatus::Paused, wake_at: None, ..settled.state };
        }
        settled.store(ports, &job).map_err(unavailable)?;
        job.state = settled.state;
        if paused && job.state.status != JobStatus::Paused {
            // Its schedule names no more times.
            return Ok(job);
        }
    }
    Err(JobError::Unavailable { detail: "more times came than one call may settle; try again".into() })
}

/// The first instant that has not come.
pub(super) const fn just_after(now: Timestamp) -> Timestamp {
    Timestamp::from_unix_ms(now.unix_ms().saturating_add(1))
}
