//! New runs: one that waits to be tried, and one that stands for times nobody ran.

use contracts::Timestamp;
use contracts::scheduler::RunOutcome;
use domain::job::Missed;
use ids::RunId;
use mesh::TraceContext;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::SchedulePorts;
use crate::ports::{JobRecord, RunProgress, RunRecord, Trigger};

/// A run that is due now. Its trace is its own: its tries belong together, whatever asked for it.
pub(super) fn pending(
    ports: &SchedulePorts,
    job: &JobRecord,
    trigger: Trigger,
    scheduled_for: Timestamp,
) -> RunRecord {
    let now = ports.clock.now();
    let mut random = [0; 24];
    ports.random.fill(&mut random);
    RunRecord {
        run_id: RunId::from_parts(now.unix_ms(), ports.random.for_id()),
        job_id: job.job_id,
        trigger,
        scheduled_for,
        trace: TraceContext::from_random(random),
        progress: RunProgress {
            outcome: RunOutcome::Pending,
            attempts: 0,
            due_at: Some(now),
            started_at: None,
            ended_at: None,
            error: None,
            event_id: None,
        },
    }
}

/// One run that stands for all of these times, however many: its nominal time is the last, its error says the rest.
pub(super) fn missed(ports: &SchedulePorts, job: &JobRecord, missed: Missed, why: &str) -> RunRecord {
    let run = pending(ports, job, Trigger::Schedule, Timestamp::from_unix_ms(missed.last_ms));
    let (first, last) = (rfc3339(missed.first_ms), rfc3339(missed.last_ms));
    let error = match missed.count {
        1 => format!("missed {last}: {why}"),
        count => format!("missed {count} times, from {first} to {last}: {why}"),
    };
    let progress =
        RunProgress { outcome: RunOutcome::Missed, due_at: None, error: Some(error), ..run.progress };
    RunRecord { progress, ..run }
}

fn rfc3339(ms: u64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| format!("{ms} ms"))
}
