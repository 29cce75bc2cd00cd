//! Times on the public surface: RFC 3339 in UTC with milliseconds, `2026-11-22T07:08:37.250Z`.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type};

/// A moment, to the millisecond, in the years 1970 to 9999. Read from any RFC 3339 offset, written in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// The last millisecond of the year 9999.
const LAST: u64 = 253_402_300_799_999;

impl Timestamp {
    /// From a Unix time in milliseconds; later than the year 9999 becomes its last millisecond.
    #[must_use]
    pub const fn from_unix_ms(unix_ms: u64) -> Self {
        Self(if unix_ms > LAST { LAST } else { unix_ms })
    }

    /// As a Unix time in milliseconds.
    #[must_use]
    pub const fn unix_ms(self) -> u64 {
        self.0
    }
}

/// A text that is no RFC 3339 time with an offset between 1970 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotATimestamp;

impl std::fmt::Display for NotATimestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("must be an RFC 3339 time with an offset, such as `2026-11-22T07:08:37.250Z`")
    }
}

impl std::error::Error for NotATimestamp {}

impl std::str::FromStr for Timestamp {
    type Err = NotATimestamp;

    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| NotATimestamp)?;
        let unix_ms = moment.unix_timestamp_nanos().div_euclid(1_000_000);
        u64::try_from(unix_ms).ok().filter(|ms| *ms <= LAST).map(Self).ok_or(NotATimestamp)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The constructor keeps the value in range; the epoch stands in so that `Display` has no panic in it.
        let moment = i64::try_from(self.0 / 1000)
            .ok()
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (year, month, day) = moment.to_calendar_date();
        let (hour, minute, second) = moment.to_hms();
        let month = u8::from(month);
        let ms = self.0 % 1000;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some(
                "A moment, RFC 3339. Answers are in UTC with milliseconds; requests may use any offset.",
            ))
            .examples(["2026-11-22T07:08:37.250Z"])
            .into()
    }
}

impl utoipa::ToSchema for Timestamp {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_any_offset_and_written_in_utc_with_milliseconds() {
        let check = |text: &str, expect: &str| {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), expect, "{text}");
        };
        check("2026-11-22T07:08:37Z", "2026-11-22T07:08:37.000Z");
        check("2026-11-22T07:08:37.25+01:30", "2026-11-22T05:38:37.250Z");
        check("2024-02-29T23:59:59.999999-00:01", "2024-03-01T00:00:59.999Z");
        check("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z");
        check("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::from_unix_ms(u64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2026-11-22",
            "2026-11-22T07:08:37",
            "2026-13-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "1763795317",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(NotATimestamp), "{text}");
        }
    }
}
