//! Sending a call again: when, how often and how far apart.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

/// How a client repeats calls of methods marked `#[mesh(idempotent)]` that failed for a reason that may pass.
///
/// The wait doubles from `first_delay` up to `longest_delay`, each with up to as much again of jitter, so that callers
/// who failed together do not come back together. No wait reaches past the call's deadline: then the failure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries after the first; 0 for none.
    pub retries: u32,
    /// The wait before the first retry, without jitter.
    pub first_delay: Duration,
    /// The longest wait, without jitter.
    pub longest_delay: Duration,
}

impl RetryPolicy {
    /// Never again.
    pub const NONE: Self = Self { retries: 0, first_delay: Duration::ZERO, longest_delay: Duration::ZERO };

    /// The waits, with jitter from `seed`.
    pub(crate) fn delays(self, seed: u64) -> impl Iterator<Item = Duration> {
        ExponentialBuilder::new()
            .with_min_delay(self.first_delay)
            .with_max_delay(self.longest_delay)
            .with_max_times(self.retries as usize)
            .with_jitter()
            .with_jitter_seed(seed)
            .build()
    }
}

impl Default for RetryPolicy {
    /// Two retries, 50 ms and 100 ms apart before jitter.
    fn default() -> Self {
        Self { retries: 2, first_delay: Duration::from_millis(50), longest_delay: Duration::from_secs(1) }
    }
}

/// Whether sending a failed call again is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetrySafety {
    /// It would fail the same way, or make things worse.
    Never,
    /// The call may or may not have had its effect: only for methods without one, or with an idempotency key that the
    /// callee heeds.
    IfIdempotent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_the_longest_and_jitter_adds_at_most_as_much_again() {
        let policy = RetryPolicy {
            retries: 5,
            first_delay: Duration::from_millis(50),
            longest_delay: Duration::from_millis(300),
        };
        for seed in 0..200 {
            let waits: Vec<u128> = policy.delays(seed).map(|wait| wait.as_millis()).collect();
            assert_eq!(waits.len(), 5, "{waits:?}");
            for (wait, base) in waits.iter().zip([50, 100, 200, 300, 300]) {
                assert!((base..=2 * base).contains(wait), "{waits:?}");
            }
        }
        assert_ne!(policy.delays(1).next(), policy.delays(2).next(), "the seed decides");
        assert_eq!(RetryPolicy::NONE.delays(1).count(), 0);
    }
}
