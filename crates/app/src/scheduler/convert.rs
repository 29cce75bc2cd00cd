//! Between stored records, the domain's rules and contract messages.

use contracts::Timestamp;
use contracts::scheduler::{Heartbeat, Job, JobRun, JobStatus, RetryPolicy, RunTrigger};
use domain::job;
use schedule::Occurrence;

use super::{http_tasks, plan};
use crate::ports::{HeartbeatState, JobRecord, RunRecord, Trigger};

/// How many coming times a job shows.
const PREVIEW: usize = 10;

pub(super) fn retry(policy: RetryPolicy) -> job::Retry {
    job::Retry { max_attempts: policy.max_attempts, delay_ms: policy.delay_ms.into() }
}

pub(super) fn job(record: JobRecord) -> Job {
    // A schedule that is not understood shows no times; the alarm says why.
    let preview: Vec<_> = match (record.state.status, plan::of(&record)) {
        (JobStatus::Active, Ok(plan)) => {
            let from = record.state.cursor.max(record.state.resumed_at).map_or(0, Timestamp::unix_ms);
            let times = plan.occurrences(from).filter(Occurrence::fires).map(|found| found.at_ms);
            times.take(PREVIEW).map(Timestamp::from_unix_ms).collect()
        }
        _ => Vec::new(),
    };
    Job {
        job_id: record.job_id,
        version: record.version,
        name: record.name,
        schedule: record.schedule,
        calendar: record.calendar,
        task: http_tasks::hidden(record.task),
        retry: record.retry,
        policy: record.policy,
        status: record.state.status,
        next_run_at: preview.first().copied(),
        preview,
        created_at: record.created_at,
        failing_since: record.failing_since,
        heartbeat: record.heartbeat.map(|HeartbeatState { secret, last, .. }| Heartbeat { secret, last }),
    }
}

pub(super) fn run(record: RunRecord) -> JobRun {
    let progress = record.progress;
    JobRun {
        run_id: record.run_id,
        trigger: match record.trigger {
            Trigger::Schedule => RunTrigger::Schedule,
            Trigger::Caller => RunTrigger::Caller,
            Trigger::Backfill => RunTrigger::Backfill,
        },
        scheduled_for: record.scheduled_for,
        count: record.span.map_or(1, |span| span.count),
        first_scheduled_for: record.span.map(|span| span.first),
        clock_change: record.clock_change,
        started_at: progress.started_at,
        ended_at: progress.ended_at,
        outcome: progress.outcome,
        attempts: progress.attempts,
        error: progress.error,
        tries: progress.tries,
        event_id: progress.event_id,
        done: progress.done,
        ping: progress.ping,
        trace_id: record.trace.trace_id(),
    }
}
