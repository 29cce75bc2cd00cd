//! How a failed run is tried again.

/// The longest wait between two tries of a run: an hour.
pub const MAX_RETRY_DELAY_MS: u64 = 60 * 60 * 1_000;
/// The most tries of a run.
pub const MAX_ATTEMPTS: u32 = 10;

/// How a failed run is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Tries in total, 1 to [`MAX_ATTEMPTS`].
    pub max_attempts: u32,
    /// The wait before the second try; at most [`MAX_RETRY_DELAY_MS`].
    pub delay_ms: u64,
}

/// A retry policy that no job can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetryError {
    /// The number of tries is out of bounds.
    #[error("must be 1 to 10")]
    Attempts,
    /// The delay is out of bounds.
    #[error("must be at most an hour")]
    Delay,
}

impl Retry {
    /// The same policy, if a job can have it.
    ///
    /// # Errors
    /// [`RetryError`] names the bound that is broken.
    pub const fn checked(self) -> Result<Self, RetryError> {
        if self.max_attempts == 0 || self.max_attempts > MAX_ATTEMPTS {
            return Err(RetryError::Attempts);
        }
        if self.delay_ms > MAX_RETRY_DELAY_MS {
            return Err(RetryError::Delay);
        }
        Ok(self)
    }

    /// How long to wait after `attempts` failed tries, or none when they were all there are. The wait doubles each
    /// time, up to [`MAX_RETRY_DELAY_MS`].
    #[must_use]
    pub fn delay_after(self, attempts: u32) -> Option<u64> {
        if attempts >= self.max_attempts {
            return None;
        }
        let doublings = attempts.saturating_sub(1).min(63);
        Some(self.delay_ms.saturating_mul(1 << doublings).min(MAX_RETRY_DELAY_MS))
    }
}

/// A wait anywhere between nothing and `delay_ms`, by a number of chance: tries that failed together do not come
/// together again ("full jitter").
#[must_use]
pub const fn spread(delay_ms: u64, chance: u64) -> u64 {
    ((chance as u128 * (delay_ms as u128 + 1)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_of_a_retry_are_exactly_these() {
        let retry = |max_attempts, delay_ms| Retry { max_attempts, delay_ms }.checked().map(|_| ());
        assert_eq!(retry(0, 1), Err(RetryError::Attempts));
        assert_eq!(retry(1, 0), Ok(()));
        assert_eq!(retry(10, 3_600_000), Ok(()));
        assert_eq!(retry(11, 1), Err(RetryError::Attempts));
        assert_eq!(retry(1, 3_600_001), Err(RetryError::Delay));
    }

    #[test]
    fn a_spread_wait_is_anywhere_up_to_the_whole() {
        assert_eq!((spread(1_000, 0), spread(1_000, u64::MAX / 2), spread(1_000, u64::MAX)), (0, 500, 1_000));
        assert_eq!(spread(0, u64::MAX), 0);
    }

    #[test]
    fn the_wait_doubles_up_to_an_hour_and_ends_with_the_tries() {
        let retry = Retry { max_attempts: 4, delay_ms: 2_000 };
        let waits: Vec<_> = (1..=4).map(|attempts| retry.delay_after(attempts)).collect();
        assert_eq!(waits, [Some(2_000), Some(4_000), Some(8_000), None]);
        let slow = Retry { max_attempts: 10, delay_ms: 3_000_000 };
        assert_eq!(slow.delay_after(2), Some(MAX_RETRY_DELAY_MS));
        assert_eq!(slow.delay_after(9), Some(MAX_RETRY_DELAY_MS));
        assert_eq!(Retry { max_attempts: 1, delay_ms: 1 }.delay_after(1), None);
    }
}
