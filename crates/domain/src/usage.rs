//! For how long usage is kept by the hour and by the day, and which of the two a question is answered from.

const HOUR_MS: u64 = 60 * 60 * 1_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// For so many days usage can be read by the hour.
pub const HOURLY_DAYS: u64 = 31;
/// For so many days it can be read by the day.
pub const DAILY_DAYS: u64 = 750;
/// The longest time that one question may be about, in days.
pub const LONGEST_DAYS: u64 = 366;

/// In what usage is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// Whole hours since 1970.
    Hours,
    /// Whole days since 1970 (UTC).
    Days,
}

impl Grain {
    /// How long one of them is, in milliseconds.
    #[must_use]
    pub const fn period_ms(self) -> u64 {
        match self {
            Self::Hours => HOUR_MS,
            Self::Days => DAY_MS,
        }
    }

    /// The one that a time is in.
    #[must_use]
    pub const fn of(self, unix_ms: u64) -> u64 {
        unix_ms / self.period_ms()
    }

    /// How many make a day.
    #[must_use]
    pub const fn in_a_day(self) -> u64 {
        DAY_MS / self.period_ms()
    }

    /// Those before it are forgotten, at `now_ms`: a little later than they can no longer be asked for.
    #[must_use]
    pub const fn kept_from(self, now_ms: u64) -> u64 {
        let days = match self {
            Self::Hours => HOURLY_DAYS + 2,
            Self::Days => DAILY_DAYS + 2,
        };
        self.of(now_ms.saturating_sub(days * DAY_MS))
    }
}

/// Which periods a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Hours or days.
    pub grain: Grain,
    /// The first.
    pub from: u64,
    /// The end, which is no longer part of it.
    pub to: u64,
}

/// A question that is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// It ends before it begins.
    #[error("`to` must be after `from`")]
    Empty,
    /// It is about too long a time.
    #[error("from `from` to `to` may be at most {LONGEST_DAYS} days")]
    TooLong,
    /// Hours are gone.
    #[error("usage by the hour goes back {HOURLY_DAYS} days: begin later, or group by `day`")]
    HoursAreGone,
    /// So are days.
    #[error("usage goes back {DAILY_DAYS} days: begin later")]
    DaysAreGone,
}

impl Span {
    /// The periods that a time touches: hours where they are still kept, else days.
    ///
    /// # Errors
    /// [`SpanError`].
    pub fn of(from_ms: u64, to_ms: u64, now_ms: u64, by_the_hour: bool) -> Result<Self, SpanError> {
        if to_ms <= from_ms {
            return Err(SpanError::Empty);
        }
        if to_ms - from_ms > LONGEST_DAYS * DAY_MS {
            return Err(SpanError::TooLong);
        }
        let back = |days: u64| from_ms / HOUR_MS < now_ms.saturating_sub(days * DAY_MS) / HOUR_MS;
        if back(DAILY_DAYS) {
            return Err(SpanError::DaysAreGone);
        }
        let grain = match (back(HOURLY_DAYS), by_the_hour) {
            (true, true) => return Err(SpanError::HoursAreGone),
            (true, false) => Grain::Days,
            (false, _) => Grain::Hours,
        };
        Ok(Self { grain, from: grain.of(from_ms), to: to_ms.div_ceil(grain.period_ms()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 800 * DAY_MS + HOUR_MS / 2;

    #[test]
    fn a_question_is_about_every_period_that_it_touches() {
        let hours = |from, to| Span::of(from, to, NOW, true).map(|span| (span.grain, span.from, span.to));
        assert_eq!(hours(NOW - 1, NOW), Ok((Grain::Hours, 800 * 24, 800 * 24 + 1)));
        assert_eq!(
            hours(NOW - HOUR_MS, NOW - HOUR_MS / 2),
            Ok((Grain::Hours, 800 * 24 - 1, 800 * 24)),
            "an end on the hour is not part of it"
        );
        assert_eq!(
            Span::of(NOW - 100 * DAY_MS, NOW, NOW, false),
            Ok(Span { grain: Grain::Days, from: 700, to: 801 })
        );
    }

    #[test]
    fn hours_go_back_a_month_and_days_two_years() {
        let asked = |days: u64, hour| Span::of(NOW - days * DAY_MS, NOW - days * DAY_MS + 1, NOW, hour);
        assert_eq!(asked(HOURLY_DAYS, true).map(|span| span.grain), Ok(Grain::Hours));
        assert_eq!(asked(HOURLY_DAYS + 1, true), Err(SpanError::HoursAreGone));
        assert_eq!(asked(HOURLY_DAYS + 1, false).map(|span| span.grain), Ok(Grain::Days));
        assert_eq!(asked(DAILY_DAYS + 1, false), Err(SpanError::DaysAreGone));
        for grain in [Grain::Hours, Grain::Days] {
            let days = if grain == Grain::Hours { HOURLY_DAYS } else { DAILY_DAYS };
            let oldest = asked(days, grain == Grain::Hours).expect("it is still kept");
            assert!(grain.kept_from(NOW) < oldest.from, "{grain:?}");
        }
    }

    #[test]
    fn a_question_about_no_time_or_too_much_is_refused() {
        assert_eq!(Span::of(NOW, NOW, NOW, false), Err(SpanError::Empty));
        assert_eq!(Span::of(NOW, NOW - 1, NOW, false), Err(SpanError::Empty));
        assert_eq!(Span::of(NOW - 367 * DAY_MS, NOW, NOW, false), Err(SpanError::TooLong));
    }
}
