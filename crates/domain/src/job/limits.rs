//! The bounds of what a job may ask for.

/// The shortest interval: 1 second.
pub const MIN_INTERVAL_MS: u64 = 1_000;
/// The longest interval: 366 days.
pub const MAX_INTERVAL_MS: u64 = 366 * 24 * 60 * 60 * 1_000;
/// The last nominal time that can be asked for: the end of the year 9999.
pub const MAX_TIME_MS: u64 = schedule::MAX_MS;
/// The most that jitter may delay a run: an hour.
pub const MAX_JITTER_MS: u64 = 60 * 60 * 1_000;

/// An interval that no job can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be at least 1 second and at most 366 days")]
pub struct IntervalError;

/// A time that no job can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be before the year 10000")]
pub struct TimeError;

/// The interval, if a job can have it.
///
/// # Errors
/// [`IntervalError`] names the bounds.
pub const fn checked_interval(interval_ms: u64) -> Result<u64, IntervalError> {
    if interval_ms < MIN_INTERVAL_MS || interval_ms > MAX_INTERVAL_MS {
        return Err(IntervalError);
    }
    Ok(interval_ms)
}

/// The time, if a job can have it.
///
/// # Errors
/// [`TimeError`] names the bound.
pub const fn checked_time(at_ms: u64) -> Result<u64, TimeError> {
    if at_ms > MAX_TIME_MS { Err(TimeError) } else { Ok(at_ms) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_of_a_schedule_are_exactly_these() {
        let day = 86_400_000;
        assert_eq!(checked_interval(999), Err(IntervalError));
        assert_eq!(checked_interval(1_000), Ok(1_000));
        assert_eq!(checked_interval(366 * day), Ok(366 * day));
        assert_eq!(checked_interval(366 * day + 1), Err(IntervalError));
        assert_eq!(checked_time(0), Ok(0));
        assert_eq!(checked_time(MAX_TIME_MS), Ok(MAX_TIME_MS));
        assert_eq!(checked_time(MAX_TIME_MS + 1), Err(TimeError));
    }
}
