//! When a queue message that could not be handed over is delivered again.

/// The first wait, in seconds.
const FIRST_S: u32 = 2;
/// No wait of our own is longer, in seconds.
const LONGEST_S: u32 = 300;
/// The longest delay that a queue takes, in seconds: a day.
pub const MAX_QUEUE_DELAY_S: u32 = 86_400;

/// The wait after the failure of try number `attempt`, counted from 1, in seconds: doubling from 2 to 300, or what the
/// other side asks for (`Retry-After`) where that is longer, up to [`MAX_QUEUE_DELAY_S`].
#[must_use]
pub fn retry_delay_s(attempt: u32, retry_after_s: Option<u32>) -> u32 {
    let own = FIRST_S.saturating_mul(1 << attempt.saturating_sub(1).min(20)).min(LONGEST_S);
    own.max(retry_after_s.unwrap_or_default()).min(MAX_QUEUE_DELAY_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_never_undercut_what_is_asked_for() {
        for (attempt, asked, expect) in [
            (0, None, 2),
            (1, None, 2),
            (2, None, 4),
            (5, None, 32),
            (9, None, 300),
            (u32::MAX, None, 300),
            (1, Some(1), 2),
            (1, Some(90), 90),
            (9, Some(400), 400),
            (1, Some(u32::MAX), MAX_QUEUE_DELAY_S),
        ] {
            assert_eq!(retry_delay_s(attempt, asked), expect, "try {attempt}, asked for {asked:?}");
        }
    }
}
