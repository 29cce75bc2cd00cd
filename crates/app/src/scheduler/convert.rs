//! Between stored records, the domain's rules and contract messages.

use contracts::Timestamp;
use contracts::scheduler::{Job, JobRun, RetryPolicy, Schedule};
use domain::job;

use crate::ports::{JobRecord, RunRecord};

/// How many coming times a job shows.
const PREVIEW: usize = 10;

pub(super) fn schedule(schedule: &Schedule) -> job::Schedule {
    match *schedule {
        Schedule::Every { interval_ms } => job::Schedule::Every { interval_ms },
        Schedule::At { at } => job::Schedule::At { at_ms: at.unix_ms() },
    }
}

pub(super) fn retry(policy: RetryPolicy) -> job::Retry {
    job::Retry { max_attempts: policy.max_attempts, delay_ms: policy.delay_ms.into() }
}

pub(super) fn job(record: JobRecord) -> Job {
    let preview = match record.state.next_run_at {
        Some(next) => {
            schedule(&record.schedule).preview(next.unix_ms(), PREVIEW).map(Timestamp::from_unix_ms).collect()
        }
        None => Vec::new(),
    };
    Job {
        job_id: record.job_id,
        name: record.name,
        schedule: record.schedule,
        task: record.task,
        retry: record.retry,
        status: record.state.status,
        next_run_at: record.state.next_run_at,
        preview,
        created_at: record.created_at,
    }
}

pub(super) fn run(record: RunRecord) -> JobRun {
    let progress = record.progress;
    JobRun {
        run_id: record.run_id,
        scheduled_for: record.scheduled_for,
        started_at: progress.started_at,
        ended_at: progress.ended_at,
        outcome: progress.outcome,
        attempts: progress.attempts,
        error: progress.error,
        event_id: progress.event_id,
        trace_id: record.trace.trace_id(),
    }
}
