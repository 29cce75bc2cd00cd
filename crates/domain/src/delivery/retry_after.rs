//! The `Retry-After` header (RFC 9110, section 10.2.3).

use std::time::UNIX_EPOCH;

/// How long an endpoint asks to be left alone, in milliseconds from `now_ms`; none where the header says nothing that
/// can be read. A time that has passed is no wait.
#[must_use]
pub fn retry_after_ms(header: &str, now_ms: u64) -> Option<u64> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number has are a long time all the same.
        return Some(header.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1_000));
    }
    let at = httpdate::parse_http_date(header).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(u64::try_from(at.as_millis()).unwrap_or(u64::MAX).saturating_sub(now_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_anything_else_is_no_wish() {
        // 2026-11-22T07:00:00Z.
        let now_ms = 1_795_330_800_000;
        for (header, expect) in [
            ("0", Some(0)),
            (" 120 ", Some(120_000)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 22 Nov 2026 07:01:00 GMT", Some(60_000)),
            ("Sun, 22 Nov 2026 06:00:00 GMT", Some(0)),
            ("Sunday, 22-Nov-26 07:00:05 GMT", Some(5_000)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("Sun, 99 Nov 2026 07:01:00 GMT", None),
        ] {
            assert_eq!(retry_after_ms(header, now_ms), expect, "{header:?}");
        }
    }
}
