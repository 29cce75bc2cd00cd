//! The days and months of quotas, in UTC.

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// A stretch of time that a quota is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// What it is called in a store: `2026-11-22` or `2026-11`.
    pub name: String,
    /// When it begins, in Unix milliseconds.
    pub starts_ms: u64,
    /// When it ends and the next one begins, in Unix milliseconds.
    pub ends_ms: u64,
}

/// The day of a time.
#[must_use]
pub fn day(now_ms: u64) -> Period {
    let days = now_ms / DAY_MS;
    let (year, month, day) = civil(days);
    Period {
        name: format!("{year:04}-{month:02}-{day:02}"),
        starts_ms: days * DAY_MS,
        ends_ms: (days + 1) * DAY_MS,
    }
}

/// The month of a time.
#[must_use]
pub fn month(now_ms: u64) -> Period {
    let days = now_ms / DAY_MS;
    let (year, month, day) = civil(days);
    let mut next = days + 1 - day;
    // The first day of the month after this one: at most 31 days on.
    while civil(next).1 == month {
        next += 1;
    }
    Period {
        name: format!("{year:04}-{month:02}"),
        starts_ms: (days + 1 - day) * DAY_MS,
        ends_ms: next * DAY_MS,
    }
}

/// Year, month and day of so many days after 1970-01-01, by the Gregorian calendar (Hinnant, `civil_from_days`).
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_have_their_names_and_ends() {
        let check = |now_ms: u64, name: &str, day_ends_ms: u64, month_ends_ms: u64| {
            let (day, month) = (day(now_ms), month(now_ms));
            assert_eq!((&*day.name, &*month.name), (name, &name[..7]));
            assert_eq!((day.ends_ms, month.ends_ms), (day_ends_ms, month_ends_ms), "{name}");
            assert_eq!(day.starts_ms + DAY_MS, day_ends_ms, "{name}");
            assert_eq!(super::month(month.starts_ms), month, "{name}");
            let before = super::month(month.starts_ms.saturating_sub(1));
            assert!(month.starts_ms == 0 || before.ends_ms == month.starts_ms, "{name}");
        };
        check(0, "1970-01-01", DAY_MS, 31 * DAY_MS);
        // 2024-02-29T23:59:59.999Z, the last moment of a leap day.
        check(1_709_251_199_999, "2024-02-29", 1_709_251_200_000, 1_709_251_200_000);
        check(1_709_251_200_000, "2024-03-01", 1_709_337_600_000, 1_711_929_600_000);
        // 2026-11-22 and the turn of the year.
        check(1_795_305_600_000, "2026-11-22", 1_795_392_000_000, 1_796_083_200_000);
        check(1_798_761_599_999, "2026-12-31", 1_798_761_600_000, 1_798_761_600_000);
    }
}
