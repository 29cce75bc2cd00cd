//! Builders of jobs and runs.

use std::cell::Cell;

use app::ports::{JobRecord, JobState, KeyUse, Random, RunProgress, RunRecord, Trigger};
use contracts::Timestamp;
use contracts::scheduler::{Calendar, JobStatus, Policy, RetryPolicy, RunOutcome, Schedule, Task};
use ids::{JobId, RunId, TenantId};
use mesh::TraceContext;

use crate::SeededRandom;

/// Makes jobs and runs; ids sort as they were made.
#[derive(Debug)]
pub struct ScheduleFixtures {
    random: SeededRandom,
    unix_ms: Cell<u64>,
}

impl ScheduleFixtures {
    /// The time of the first record.
    pub const START_MS: u64 = 1_795_330_800_000;

    /// Two of the same seed make the same records; of two seeds, none in common.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { random: SeededRandom::new(seed), unix_ms: Cell::new(Self::START_MS) }
    }

    fn tick(&self) -> (u64, [u8; 10]) {
        let unix_ms = self.unix_ms.get();
        self.unix_ms.set(unix_ms + 1);
        (unix_ms, self.random.for_id())
    }

    /// A tenant's id.
    pub fn tenant(&self) -> TenantId {
        let (unix_ms, random) = self.tick();
        TenantId::from_parts(unix_ms, random)
    }

    /// An active job that is due at `next_ms`, every minute.
    pub fn job(&self, next_ms: u64) -> JobRecord {
        let (unix_ms, random) = self.tick();
        JobRecord {
            job_id: JobId::from_parts(unix_ms, random),
            version: 1,
            name: "Nightly digest: “Zürich” 🌙".into(),
            schedule: Schedule::Every { interval_ms: 60_000, anchor: None },
            calendar: Calendar::default(),
            task: Task::Event {
                source: "generic".into(),
                kind: "digest.requested".into(),
                payload: r#"{"note":"it's \"quoted\" \u0000"}"#.into(),
            },
            retry: RetryPolicy::default(),
            policy: Policy::default(),
            created_at: Timestamp::from_unix_ms(unix_ms),
            forgotten: None,
            failing_since: None,
            heartbeat: None,
            state: JobState {
                status: JobStatus::Active,
                cursor: Some(Timestamp::from_unix_ms(next_ms)),
                wake_at: Some(Timestamp::from_unix_ms(next_ms)),
                resumed_at: None,
            },
        }
    }

    /// A pending run of a job, for this nominal time and due then.
    pub fn run(&self, job: &JobRecord, scheduled_ms: u64) -> RunRecord {
        let (unix_ms, random) = self.tick();
        let mut trace = [7; 24];
        self.random.fill(&mut trace);
        RunRecord {
            run_id: RunId::from_parts(unix_ms, random),
            job_id: job.job_id,
            trigger: Trigger::Schedule,
            scheduled_for: Timestamp::from_unix_ms(scheduled_ms),
            span: None,
            clock_change: None,
            trace: TraceContext::from_random(trace),
            task: None,
            progress: RunProgress {
                outcome: RunOutcome::Pending,
                attempts: 0,
                due_at: Some(Timestamp::from_unix_ms(scheduled_ms)),
                started_at: None,
                ended_at: None,
                error: None,
                tries: Vec::new(),
                event_id: None,
                done: None,
                ping: None,
            },
        }
    }

    /// What `key` was used for: making this job.
    pub fn key(&self, key: &str, job: &JobRecord) -> KeyUse {
        let (unix_ms, _) = self.tick();
        KeyUse {
            key: key.into(),
            request_hash: format!("hash of {key}"),
            job_id: job.job_id,
            run_id: None,
            used_at: Timestamp::from_unix_ms(unix_ms),
        }
    }
}
