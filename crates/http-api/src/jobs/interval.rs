//! Lengths of time as people write them: `15s`, `5m`, `1h30m`, or a number of seconds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, schema::Type};

/// A whole number of seconds, from 1 second to 366 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval(u32);

/// The units, longest first: letter and seconds.
const UNITS: [(u8, u64); 4] = [(b'd', 86_400), (b'h', 3_600), (b'm', 60), (b's', 1)];

impl Interval {
    /// The longest, in seconds: 366 days.
    pub const MAX_SECONDS: u32 = 366 * 86_400;

    /// From whole seconds, if they are 1 to [`MAX_SECONDS`](Self::MAX_SECONDS).
    #[must_use]
    pub const fn from_seconds(seconds: u32) -> Option<Self> {
        if seconds >= 1 && seconds <= Self::MAX_SECONDS { Some(Self(seconds)) } else { None }
    }

    /// In seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// In milliseconds.
    #[must_use]
    pub const fn ms(self) -> u64 {
        self.0 as u64 * 1000
    }
}

/// A text or number that is no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAnInterval {
    /// Not written as one.
    Form,
    /// Less than a second or more than 366 days.
    Range,
}

impl fmt::Display for NotAnInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "must be a length of time such as `15s`, `5m` or `1h30m` (units d, h, m, s, longest first), or a whole number of seconds",
            Self::Range => "must be between 1 second and 366 days",
        })
    }
}

impl std::error::Error for NotAnInterval {}

impl FromStr for Interval {
    type Err = NotAnInterval;

    fn from_str(text: &str) -> Result<Self, NotAnInterval> {
        let mut rest = text.as_bytes();
        let mut units = UNITS.iter();
        let mut total: u64 = 0;
        if rest.is_empty() {
            return Err(NotAnInterval::Form);
        }
        while !rest.is_empty() {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let (number, unit) = rest.split_at(digits);
            let [letter, tail @ ..] = unit else { return Err(NotAnInterval::Form) };
            // `units` only moves on, so each unit comes at most once and in this order.
            let (_, size) = units.find(|(name, _)| name == letter).ok_or(NotAnInterval::Form)?;
            // Nine digits of the longest unit are far out of range and far from overflow.
            if digits == 0 {
                return Err(NotAnInterval::Form);
            }
            if digits > 9 {
                return Err(NotAnInterval::Range);
            }
            total += number.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')) * size;
            rest = tail;
        }
        u32::try_from(total).ok().and_then(Self::from_seconds).ok_or(NotAnInterval::Range)
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = u64::from(self.0);
        for (letter, size) in UNITS {
            if left >= size {
                write!(f, "{}{}", left / size, char::from(letter))?;
                left %= size;
            }
        }
        Ok(())
    }
}

impl Serialize for Interval {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Either form, for whoever reads the JSON.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Written {
    Seconds(u64),
    Text(String),
}

impl TryFrom<Written> for Interval {
    type Error = NotAnInterval;

    fn try_from(written: Written) -> Result<Self, NotAnInterval> {
        match written {
            Written::Seconds(seconds) => {
                u32::try_from(seconds).ok().and_then(Self::from_seconds).ok_or(NotAnInterval::Range)
            }
            Written::Text(text) => text.parse(),
        }
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Written::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Interval {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("Units d, h, m and s, longest first. Answers always have this form."))
            .pattern(Some("^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"))
            .examples(["15s", "5m", "1h30m"]);
        let seconds = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .description(Some("Seconds."))
            .minimum(Some(1))
            .maximum(Some(Self::MAX_SECONDS));
        OneOfBuilder::new()
            .description(Some("A length of time from 1 second to 366 days, as text or in seconds."))
            .item(text)
            .item(seconds)
            .into()
    }
}

impl utoipa::ToSchema for Interval {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_read_as_people_write_them_and_written_in_their_shortest_form() {
        let check = |text: &str, seconds: u32, written: &str| {
            let interval: Interval = text.parse().unwrap();
            assert_eq!((interval.seconds(), interval.to_string().as_str()), (seconds, written), "{text}");
            assert_eq!(written.parse(), Ok(interval));
        };
        check("15s", 15, "15s");
        check("5m", 300, "5m");
        check("1h30m", 5400, "1h30m");
        check("90m", 5400, "1h30m");
        check("1d0h1s", 86_401, "1d1s");
        check("366d", Interval::MAX_SECONDS, "366d");
        check("007s", 7, "7s");
    }

    #[test]
    fn what_is_no_interval_is_refused_for_its_form_or_its_range() {
        for text in ["", "s", "5", "5 m", "m5", "1m1h", "1s1s", "-5s", "1.5h", "5M", "5ms", "１５s"] {
            assert_eq!(text.parse::<Interval>(), Err(NotAnInterval::Form), "{text}");
        }
        for text in ["0s", "0h0m", "367d", "9999999999s", "999999999d"] {
            assert_eq!(text.parse::<Interval>(), Err(NotAnInterval::Range), "{text}");
        }
    }
}
