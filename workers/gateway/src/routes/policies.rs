//! Policies and outcomes of jobs, between the public surface and the scheduler: the same words on both sides, written twice
//! because they change for different reasons.

use contracts::scheduler;
use http_api::jobs::{
    AlertPolicy, Concurrency, Interval, JobStanding, Misfire, Overlap, Retry, RetryJitter, RunOutcome,
    Trigger,
};

pub(super) const fn inner_retry(retry: Retry) -> scheduler::RetryPolicy {
    scheduler::RetryPolicy {
        max_attempts: retry.max_attempts,
        delay_ms: retry.delay.seconds().saturating_mul(1000),
        jitter: match retry.jitter {
            RetryJitter::None => scheduler::RetryJitter::None,
            RetryJitter::Full => scheduler::RetryJitter::Full,
        },
    }
}

pub(super) const fn inner_timeout(timeout: Interval) -> u32 {
    timeout.seconds().saturating_mul(1000)
}

/// For the scheduler.
pub(super) fn inner_alert(alert: AlertPolicy) -> scheduler::AlertPolicy {
    let AlertPolicy { after } = alert;
    scheduler::AlertPolicy { after }
}

pub(super) fn inner_concurrency(concurrency: Concurrency) -> scheduler::Concurrency {
    let Concurrency { group, limit } = concurrency;
    scheduler::Concurrency { group, limit }
}

pub(super) const fn inner_standing(standing: JobStanding) -> scheduler::JobStanding {
    match standing {
        JobStanding::Due => scheduler::JobStanding::Due,
        JobStanding::Late => scheduler::JobStanding::Late,
        JobStanding::Failing => scheduler::JobStanding::Failing,
    }
}

pub(super) const fn public_trigger(trigger: scheduler::RunTrigger) -> Trigger {
    match trigger {
        scheduler::RunTrigger::Schedule => Trigger::Schedule,
        scheduler::RunTrigger::Caller => Trigger::Caller,
        scheduler::RunTrigger::Backfill => Trigger::Backfill,
    }
}

pub(super) const fn inner_misfire(misfire: Misfire) -> scheduler::Misfire {
    match misfire {
        Misfire::Last => scheduler::Misfire::Last,
        Misfire::All => scheduler::Misfire::All,
        Misfire::None => scheduler::Misfire::None,
    }
}

pub(super) const fn public_misfire(misfire: scheduler::Misfire) -> Misfire {
    match misfire {
        scheduler::Misfire::Last => Misfire::Last,
        scheduler::Misfire::All => Misfire::All,
        scheduler::Misfire::None => Misfire::None,
    }
}

pub(super) const fn inner_overlap(overlap: Overlap) -> scheduler::Overlap {
    match overlap {
        Overlap::Allow => scheduler::Overlap::Allow,
        Overlap::Skip => scheduler::Overlap::Skip,
        Overlap::QueueOne => scheduler::Overlap::QueueOne,
        Overlap::CancelPrevious => scheduler::Overlap::CancelPrevious,
    }
}

pub(super) const fn public_overlap(overlap: scheduler::Overlap) -> Overlap {
    match overlap {
        scheduler::Overlap::Allow => Overlap::Allow,
        scheduler::Overlap::Skip => Overlap::Skip,
        scheduler::Overlap::QueueOne => Overlap::QueueOne,
        scheduler::Overlap::CancelPrevious => Overlap::CancelPrevious,
    }
}

pub(super) const fn inner_outcome(outcome: RunOutcome) -> scheduler::RunOutcome {
    match outcome {
        RunOutcome::Pending => scheduler::RunOutcome::Pending,
        RunOutcome::Running => scheduler::RunOutcome::Running,
        RunOutcome::Succeeded => scheduler::RunOutcome::Succeeded,
        RunOutcome::Failed => scheduler::RunOutcome::Failed,
        RunOutcome::Missed => scheduler::RunOutcome::Missed,
        RunOutcome::Paused => scheduler::RunOutcome::Paused,
        RunOutcome::SkippedGap => scheduler::RunOutcome::SkippedGap,
        RunOutcome::Waiting => scheduler::RunOutcome::Waiting,
        RunOutcome::SkippedOverlap => scheduler::RunOutcome::SkippedOverlap,
        RunOutcome::Cancelled => scheduler::RunOutcome::Cancelled,
    }
}

pub(super) const fn public_outcome(outcome: scheduler::RunOutcome) -> RunOutcome {
    match outcome {
        scheduler::RunOutcome::Pending => RunOutcome::Pending,
        scheduler::RunOutcome::Running => RunOutcome::Running,
        scheduler::RunOutcome::Succeeded => RunOutcome::Succeeded,
        scheduler::RunOutcome::Failed => RunOutcome::Failed,
        scheduler::RunOutcome::Missed => RunOutcome::Missed,
        scheduler::RunOutcome::Paused => RunOutcome::Paused,
        scheduler::RunOutcome::SkippedGap => RunOutcome::SkippedGap,
        scheduler::RunOutcome::Waiting => RunOutcome::Waiting,
        scheduler::RunOutcome::SkippedOverlap => RunOutcome::SkippedOverlap,
        scheduler::RunOutcome::Cancelled => RunOutcome::Cancelled,
    }
}
