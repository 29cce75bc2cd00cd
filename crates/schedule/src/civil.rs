//! Civil time: what a calendar and a clock on the wall show, without saying where.

use std::fmt;
use std::str::FromStr;

use jiff::civil;

/// A date and time on the wall, to the second; counted as if it were UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil(pub(crate) i64);

impl Civil {
    /// The date.
    #[must_use]
    pub const fn date(self) -> Date {
        Date(self.0.div_euclid(DAY_S))
    }
}

/// Written as `2026-03-29T02:30:00`.
impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match chrono::DateTime::from_timestamp(self.0, 0) {
            Some(time) => fmt::Display::fmt(&time.naive_utc().format("%Y-%m-%dT%H:%M:%S"), f),
            None => write!(f, "{} s", self.0),
        }
    }
}

/// A date of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub(crate) i64);

impl Date {
    /// Its midnight.
    pub(crate) const fn start(self) -> Civil {
        Civil(self.0 * DAY_S)
    }
}

/// Written as `2026-12-25`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start().to_string()[..10])
    }
}

/// A text that is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a date such as `2026-12-25`")]
pub struct NotADate;

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let shape = text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        let number = |part: &str| part.parse::<i16>().map_err(|_| NotADate);
        if !shape || text.len() != 10 {
            return Err(NotADate);
        }
        let (year, month, day) = (number(&text[..4])?, number(&text[5..7])?, number(&text[8..])?);
        let date = civil::Date::new(year, month as i8, day as i8).map_err(|_| NotADate)?;
        let epoch = civil::date(1970, 1, 1);
        let days = date.since((jiff::Unit::Day, epoch)).map_err(|_| NotADate)?;
        Ok(Self(days.get_days().into()))
    }
}

pub(crate) const DAY_S: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_written() {
        for text in ["1970-01-01", "2024-02-29", "2026-12-25", "4999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "2026-02-30",
            "2026-13-01",
            "26-01-01",
            "2026-1-01",
            "2026-01-01T",
            "+026-01-01",
            "２026-01-01",
        ] {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }
    }
}
