//! Dates as people read them, in UTC.

use time::OffsetDateTime;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `22 Nov 2026`.
pub(crate) fn date(unix_ms: u64) -> String {
    let moment = moment(unix_ms);
    format!("{} {} {}", moment.day(), month(moment), moment.year())
}

/// `22 Nov`.
pub(crate) fn day(unix_ms: u64) -> String {
    let moment = moment(unix_ms);
    format!("{} {}", moment.day(), month(moment))
}

/// `22 Nov 2026, 07:05 UTC`.
pub(crate) fn minute(unix_ms: u64) -> String {
    let moment = moment(unix_ms);
    format!("{}, {:02}:{:02} UTC", date(unix_ms), moment.hour(), moment.minute())
}

/// `2026-11-22`, for programs.
pub(crate) fn iso(unix_ms: u64) -> String {
    let moment = moment(unix_ms);
    format!("{:04}-{:02}-{:02}", moment.year(), u8::from(moment.month()), moment.day())
}

fn month(moment: OffsetDateTime) -> &'static str {
    MONTHS[usize::from(u8::from(moment.month())) - 1]
}

fn moment(unix_ms: u64) -> OffsetDateTime {
    let seconds = i64::try_from(unix_ms / 1000).unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_in_utc() {
        let at = 1_795_330_800_000 + 5 * 60_000;
        assert_eq!(minute(at), "22 Nov 2026, 07:00 UTC".replace("00", "05"));
        assert_eq!((day(at).as_str(), iso(at).as_str()), ("22 Nov", "2026-11-22"));
        assert_eq!(date(u64::MAX), "1 Jan 1970", "no time of ours");
    }
}
