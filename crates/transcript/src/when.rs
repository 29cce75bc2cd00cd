//! Times as providers write them: positions in a recording, and moments on the calendar.

use serde_json::Value;
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// A position in a recording given in seconds (a number, or a string of one) or as a clock (`05:32`,
/// `00:05:32.250`, `00:05:32,250`): milliseconds.
pub(crate) fn seconds_or_clock(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => to_ms(number.as_f64()?),
        Value::String(text) if text.contains(':') => clock(text),
        Value::String(text) => to_ms(text.trim().parse().ok()?),
        _ => None,
    }
}

/// A position in a recording given in milliseconds.
pub(crate) fn millis(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| to_ms(value.as_f64()? / 1000.0))
}

/// `1:02:03.450` or `02:03,450`, in milliseconds.
pub(crate) fn clock(text: &str) -> Option<u64> {
    let mut seconds = 0.0;
    let mut parts = 0;
    for part in text.trim().split(':') {
        let part: f64 = part.trim().replacen(',', ".", 1).parse().ok().filter(|part| *part >= 0.0)?;
        seconds = seconds * 60.0 + part;
        parts += 1;
    }
    (parts <= 3).then_some(seconds).and_then(to_ms)
}

/// Seconds to milliseconds; `None` for what is no time within a thousand hours.
fn to_ms(seconds: f64) -> Option<u64> {
    // The range check makes the conversion exact: neither sign nor size is lost.
    (0.0..3_600_000.0).contains(&seconds).then(|| (seconds * 1000.0).round() as u64)
}

/// A moment, given as RFC 3339 or as a Unix time in seconds or milliseconds: RFC 3339, UTC.
pub(crate) fn moment(value: &Value) -> Option<String> {
    unix_ms(value).and_then(|ms| {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok()?;
        moment.to_offset(UtcOffset::UTC).format(&Rfc3339).ok()
    })
}

/// A moment in milliseconds since 1970, from the same forms as [`moment`].
pub(crate) fn unix_ms(value: &Value) -> Option<i64> {
    let number = match value {
        Value::String(text) => match OffsetDateTime::parse(text.trim(), &Rfc3339) {
            Ok(moment) => return i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok(),
            Err(_) => text.trim().parse().ok()?,
        },
        other => other.as_f64()?,
    };
    // From 1973 on, milliseconds have twelve digits; seconds will have eleven only in the year 5138.
    let ms = if number.abs() < 1e11 { number * 1000.0 } else { number };
    (ms.abs() < 1e15).then_some(ms as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn positions_are_milliseconds() {
        for (given, expect) in [
            (json!("00:05:32"), Some(332_000)),
            (json!("05:32"), Some(332_000)),
            (json!("00:00:01.250"), Some(1_250)),
            (json!("1:00:00,5"), Some(3_600_500)),
            (json!(12.345), Some(12_345)),
            (json!("12.5"), Some(12_500)),
            (json!(-1), None),
            (json!("1:2:3:4"), None),
            (json!("a:b"), None),
            (json!(1e300), None),
            (json!(null), None),
            (json!("-1:00"), None),
        ] {
            assert_eq!(seconds_or_clock(&given), expect, "{given}");
        }
        assert_eq!(millis(&json!(1500)), Some(1500));
        assert_eq!(millis(&json!(1500.4)), Some(1500));
    }

    #[test]
    fn moments_are_rfc_3339_in_utc() {
        for (given, expect) in [
            (json!("2026-11-03T09:31:12Z"), Some("2026-11-03T09:31:12Z")),
            (json!("2026-11-03T09:31:12.5+01:00"), Some("2026-11-03T08:31:12.5Z")),
            (json!(1_793_762_350), Some("2026-11-04T03:19:10Z")),
            (json!(1_793_762_350_000_i64), Some("2026-11-04T03:19:10Z")),
            (json!("1793762350"), Some("2026-11-04T03:19:10Z")),
            (json!("yesterday"), None),
            (json!(1e200), None),
            (json!({}), None),
        ] {
            assert_eq!(moment(&given).as_deref(), expect, "{given}");
        }
    }
}
