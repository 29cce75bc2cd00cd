//! When a job fires, what came due while nobody looked, and when a failed run is tried again.
//!
//! All times are Unix milliseconds. A recurring job's nominal times are `anchor + n × interval`, counted from its
//! creation and never from the last firing, so that lateness does not add up to drift.

/// The shortest interval: 1 second.
pub const MIN_INTERVAL_MS: u64 = 1_000;
/// The longest interval: 366 days.
pub const MAX_INTERVAL_MS: u64 = 366 * 24 * 60 * 60 * 1_000;
/// The last nominal time that can be asked for: the end of the year 9999, past which RFC 3339 has no text.
pub const MAX_TIME_MS: u64 = 253_402_300_799_999;
/// The longest wait between two tries of a run: an hour.
pub const MAX_RETRY_DELAY_MS: u64 = 60 * 60 * 1_000;
/// The most tries of a run.
pub const MAX_ATTEMPTS: u32 = 10;

/// When a job fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Again and again.
    Every {
        /// From one nominal time to the next; [`MIN_INTERVAL_MS`] to [`MAX_INTERVAL_MS`].
        interval_ms: u64,
    },
    /// Once.
    At {
        /// When; at most [`MAX_TIME_MS`]. A time in the past fires at once.
        at_ms: u64,
    },
}

/// A schedule that no job can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The interval is out of bounds.
    #[error("must be at least 1 second and at most 366 days")]
    Interval,
    /// The time is out of bounds.
    #[error("must be before the year 10000")]
    Time,
}

impl Schedule {
    /// The same schedule, if a job can have it.
    ///
    /// # Errors
    /// [`ScheduleError`] names the bound that is broken.
    pub const fn checked(self) -> Result<Self, ScheduleError> {
        match self {
            Self::Every { interval_ms } if interval_ms < MIN_INTERVAL_MS || interval_ms > MAX_INTERVAL_MS => {
                Err(ScheduleError::Interval)
            }
            Self::At { at_ms } if at_ms > MAX_TIME_MS => Err(ScheduleError::Time),
            Self::Every { .. } | Self::At { .. } => Ok(self),
        }
    }

    /// The first nominal time of a job created at `created_ms`. Only a single time can lie in the past.
    #[must_use]
    pub const fn first(self, created_ms: u64) -> u64 {
        match self {
            Self::Every { interval_ms } => created_ms.saturating_add(interval_ms),
            Self::At { at_ms } => at_ms,
        }
    }

    /// The first nominal time later than `after_ms` of a job created at `created_ms`.
    #[must_use]
    pub const fn next_after(self, created_ms: u64, after_ms: u64) -> Option<u64> {
        match self {
            Self::Every { interval_ms } => {
                let fired = after_ms.saturating_sub(created_ms) / interval_ms;
                Some(created_ms.saturating_add(interval_ms.saturating_mul(fired + 1)))
            }
            Self::At { at_ms } if at_ms > after_ms => Some(at_ms),
            Self::At { .. } => None,
        }
    }

    /// What is due at `now_ms` of a job whose next nominal time is `next_ms`; none when nothing is.
    #[must_use]
    pub const fn due(self, next_ms: u64, now_ms: u64) -> Option<Due> {
        if next_ms > now_ms {
            return None;
        }
        let Self::Every { interval_ms } = self else {
            return Some(Due { latest_ms: next_ms, missed: None, next_ms: None });
        };
        let earlier = (now_ms - next_ms) / interval_ms;
        let latest_ms = next_ms + earlier * interval_ms;
        let missed = match earlier {
            0 => None,
            count => Some(Missed { count, first_ms: next_ms, last_ms: latest_ms - interval_ms }),
        };
        Some(Due { latest_ms, missed, next_ms: Some(latest_ms.saturating_add(interval_ms)) })
    }

    /// The nominal times from `next_ms` on, at most `count`.
    pub fn preview(self, next_ms: u64, count: usize) -> impl Iterator<Item = u64> {
        let step = match self {
            Self::Every { interval_ms } => Some(interval_ms),
            Self::At { .. } => None,
        };
        let after = move |time: &u64| step.and_then(|step| time.checked_add(step));
        std::iter::successors(Some(next_ms), after).take(count)
    }
}

/// What came due of one job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The latest nominal time that has come: the one to run.
    pub latest_ms: u64,
    /// The nominal times before it that nobody ran.
    pub missed: Option<Missed>,
    /// The nominal time after it, if the schedule goes on.
    pub next_ms: Option<u64>,
}

/// Nominal times that passed without a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// How many; at least 1.
    pub count: u64,
    /// The first of them.
    pub first_ms: u64,
    /// The last of them.
    pub last_ms: u64,
}

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

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Schedule = Schedule::Every { interval_ms: 1_000 };
    const ONCE: Schedule = Schedule::At { at_ms: 5_000 };

    #[test]
    fn the_bounds_of_a_schedule_and_of_a_retry_are_exactly_these() {
        let day = 86_400_000;
        for (schedule, expect) in [
            (Schedule::Every { interval_ms: 999 }, Err(ScheduleError::Interval)),
            (EVERY, Ok(EVERY)),
            (Schedule::Every { interval_ms: 366 * day }, Ok(Schedule::Every { interval_ms: 366 * day })),
            (Schedule::Every { interval_ms: 366 * day + 1 }, Err(ScheduleError::Interval)),
            (Schedule::At { at_ms: 0 }, Ok(Schedule::At { at_ms: 0 })),
            (Schedule::At { at_ms: MAX_TIME_MS }, Ok(Schedule::At { at_ms: MAX_TIME_MS })),
            (Schedule::At { at_ms: MAX_TIME_MS + 1 }, Err(ScheduleError::Time)),
        ] {
            assert_eq!(schedule.checked(), expect, "{schedule:?}");
        }
        let retry = |max_attempts, delay_ms| Retry { max_attempts, delay_ms }.checked().map(|_| ());
        assert_eq!(retry(0, 1), Err(RetryError::Attempts));
        assert_eq!(retry(1, 0), Ok(()));
        assert_eq!(retry(10, 3_600_000), Ok(()));
        assert_eq!(retry(11, 1), Err(RetryError::Attempts));
        assert_eq!(retry(1, 3_600_001), Err(RetryError::Delay));
    }

    #[test]
    fn the_next_time_keeps_the_phase_of_the_creation() {
        for (after, expect) in [(0, 1_300), (300, 1_300), (1_299, 1_300), (1_300, 2_300), (9_999, 10_300)] {
            assert_eq!(EVERY.next_after(300, after), Some(expect), "after {after}");
        }
        assert_eq!(EVERY.first(300), 1_300);
        assert_eq!(ONCE.first(300), 5_000);
        assert_eq!(ONCE.next_after(300, 4_999), Some(5_000));
        assert_eq!(ONCE.next_after(300, 5_000), None);
    }

    #[test]
    fn nothing_is_due_before_its_time() {
        assert_eq!(EVERY.due(1_300, 1_299), None);
        assert_eq!(ONCE.due(5_000, 4_999), None);
    }

    #[test]
    fn of_several_missed_times_the_latest_is_due_and_the_rest_are_counted() {
        let due = |latest_ms, missed, next_ms| Some(Due { latest_ms, missed, next_ms });
        assert_eq!(EVERY.due(1_300, 1_300), due(1_300, None, Some(2_300)));
        assert_eq!(EVERY.due(1_300, 2_299), due(1_300, None, Some(2_300)));
        let missed = |count, first_ms, last_ms| Some(Missed { count, first_ms, last_ms });
        assert_eq!(EVERY.due(1_300, 2_300), due(2_300, missed(1, 1_300, 1_300), Some(3_300)));
        assert_eq!(EVERY.due(1_300, 61_450), due(61_300, missed(60, 1_300, 60_300), Some(62_300)));
        assert_eq!(ONCE.due(5_000, 90_000), due(5_000, None, None));
    }

    /// Whatever the interval, the phase and the moments at which somebody looks: every nominal time is run or counted
    /// as missed, none twice.
    #[test]
    fn every_nominal_time_is_accounted_for_once() {
        for interval_ms in [1_000, 1_001, 7_777, 60_000] {
            let schedule = Schedule::Every { interval_ms };
            let created = 123_456;
            let (mut next, mut seen, mut now) = (schedule.first(created), 0, created);
            for step in 1..500_u64 {
                now += step * step * 37 % 19_997;
                while let Some(due) = schedule.due(next, now) {
                    if let Some(missed) = due.missed {
                        assert_eq!(missed.first_ms, next);
                        assert_eq!((missed.last_ms - missed.first_ms) / interval_ms + 1, missed.count);
                        seen += missed.count;
                    }
                    seen += 1;
                    assert_eq!((due.latest_ms - created) % interval_ms, 0);
                    assert_eq!(due.next_ms, schedule.next_after(created, now));
                    next = due.next_ms.unwrap();
                }
                assert_eq!(seen, (now - created) / interval_ms, "interval {interval_ms}, now {now}");
            }
        }
    }

    #[test]
    fn a_preview_lists_what_will_come() {
        assert_eq!(EVERY.preview(1_300, 3).collect::<Vec<_>>(), [1_300, 2_300, 3_300]);
        assert_eq!(ONCE.preview(5_000, 3).collect::<Vec<_>>(), [5_000]);
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
