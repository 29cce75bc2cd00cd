//! How a job is tried again, and what happens when its times pile up.

/// How a failed run is tried again: after `delay_ms`, doubling each time.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries in total, 1 to 10.
    pub max_attempts: u32,
    /// The wait before the second try, in milliseconds.
    pub delay_ms: u32,
    /// How the waits are spread.
    #[serde(default)]
    pub jitter: RetryJitter,
}

/// How the waits between tries are spread.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum RetryJitter {
    /// Not at all.
    #[default]
    None,
    /// Anywhere between nothing and the wait.
    Full,
}

/// What happens when times pile up.
#[mesh::message]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Which of several times that came while nobody looked are run.
    #[serde(default)]
    pub misfire: Misfire,
    /// How late a time may still be run, in milliseconds; later, it is missed. None for however late.
    #[serde(default)]
    pub misfire_window_ms: Option<u64>,
    /// What becomes of a time that comes while an earlier run is not over.
    #[serde(default)]
    pub overlap: Overlap,
    /// How long one try may take, 1 to 30 seconds; none for 30.
    #[serde(default)]
    pub timeout_ms: Option<u32>,
    /// With which other jobs of the tenant it shares a limit.
    #[serde(default)]
    pub concurrency: Option<Concurrency>,
    /// When failures are told of; never, without it.
    #[serde(default)]
    pub alert: Option<AlertPolicy>,
}

/// When failures are told of.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertPolicy {
    /// After so many runs in a row that failed or were missed, 1 to 1,000: one event, and one when a run succeeds again.
    pub after: u32,
}

/// Which of several times that came while nobody looked are run.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Misfire {
    /// The latest; those before it are missed.
    #[default]
    Last,
    /// Each, oldest first.
    All,
    /// None that is more than a minute late, or than the window says.
    None,
}

/// What becomes of a time that comes while an earlier run of the job is not over.
#[mesh::message]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It runs beside it.
    #[default]
    Allow,
    /// It is skipped.
    Skip,
    /// One waits for the earlier run's end; others are skipped.
    QueueOne,
    /// It runs, and the earlier one is cancelled.
    CancelPrevious,
}

/// A limit that jobs of a tenant share.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concurrency {
    /// The jobs that name the same group share it; 1 to 64 characters.
    pub group: String,
    /// A try begins while fewer than this many of the group are being made; 1 to 20.
    pub limit: u32,
}

impl Default for RetryPolicy {
    /// Three tries, two seconds before the second.
    fn default() -> Self {
        Self { max_attempts: 3, delay_ms: 2_000, jitter: RetryJitter::None }
    }
}
