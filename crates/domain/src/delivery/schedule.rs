//! When a failed delivery is tried again.

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The waits that Standard Webhooks recommends, in milliseconds: ten attempts over about three days.
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability>
pub const STANDARD_WAITS_MS: [u64; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/// How patient we are with an endpoint. The default is for production; a local mesh has a quicker one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryPolicy {
    /// The longest wait before the second attempt, before the third, and so on.
    pub waits_ms: Vec<u64>,
    /// The longest `Retry-After` that is honored; a longer one counts as this.
    pub max_retry_after_ms: u64,
    /// After so many failures in a row, whichever deliveries they were of, the endpoint is left alone for a while.
    pub open_after: u32,
    /// How long at first. It doubles each time the endpoint still fails.
    pub cooldown_ms: u64,
    /// How long at most.
    pub max_cooldown_ms: u64,
    /// An endpoint that took nothing for so long, while it was tried, is disabled.
    pub disable_after_ms: u64,
}

impl Default for DeliveryPolicy {
    fn default() -> Self {
        Self {
            waits_ms: STANDARD_WAITS_MS.to_vec(),
            max_retry_after_ms: DAY,
            open_after: 5,
            cooldown_ms: 30 * SECOND,
            max_cooldown_ms: HOUR,
            disable_after_ms: 5 * DAY,
        }
    }
}

impl DeliveryPolicy {
    /// How long to wait after the `attempts`th attempt (counted from 1) failed; none where it was the last.
    ///
    /// Full jitter between one step of the schedule and the next: an endpoint that comes back does not meet its whole
    /// backlog at one moment, and a later attempt never comes sooner than an earlier one would have. An endpoint that
    /// asks for time gets it, up to [`DeliveryPolicy::max_retry_after_ms`].
    #[must_use]
    pub fn wait_ms(&self, attempts: u32, retry_after_ms: Option<u64>, random: u64) -> Option<u64> {
        let step = attempts.saturating_sub(1) as usize;
        let longest = *self.waits_ms.get(step)?;
        let shortest = match step {
            0 => 0,
            step => self.waits_ms.get(step - 1).copied().unwrap_or_default().min(longest),
        };
        let jittered = shortest + random % (longest - shortest + 1);
        Some(jittered.max(retry_after_ms.unwrap_or_default().min(self.max_retry_after_ms)))
    }

    /// Attempts of one delivery.
    #[must_use]
    pub fn max_attempts(&self) -> u32 {
        u32::try_from(self.waits_ms.len()).unwrap_or(u32::MAX).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_schedule_has_ten_attempts_within_four_days() {
        let policy = DeliveryPolicy::default();
        assert_eq!(policy.max_attempts(), 10);
        let longest: u64 = (1..10).filter_map(|attempt| policy.wait_ms(attempt, None, u64::MAX)).sum();
        assert!(longest < 4 * DAY, "{longest}");
        assert_eq!(policy.wait_ms(10, None, 7), None);
    }

    #[test]
    fn each_wait_lies_between_its_step_and_the_one_before_and_chance_reaches_both_ends() {
        let policy = DeliveryPolicy::default();
        let mut before = 0;
        for (attempt, longest) in (1..).zip(STANDARD_WAITS_MS) {
            let span = longest - before + 1;
            assert_eq!(policy.wait_ms(attempt, None, 0), Some(before), "{attempt}");
            assert_eq!(policy.wait_ms(attempt, None, span - 1), Some(longest), "{attempt}");
            for random in [1, 12_345, u64::MAX / 3, u64::MAX] {
                let wait = policy.wait_ms(attempt, None, random).unwrap();
                assert!((before..=longest).contains(&wait), "{attempt}: {wait}");
            }
            before = longest;
        }
    }

    #[test]
    fn an_endpoint_that_asks_for_time_gets_it_up_to_a_day() {
        let policy = DeliveryPolicy::default();
        assert_eq!(policy.wait_ms(1, Some(HOUR), u64::MAX), Some(HOUR));
        assert_eq!(policy.wait_ms(1, Some(30 * DAY), 0), Some(DAY));
        let wait = policy.wait_ms(4, Some(SECOND), 0).unwrap();
        assert_eq!(wait, 30 * MINUTE, "and is not asked sooner because it said so");
    }

    #[test]
    fn a_schedule_that_falls_is_taken_as_level() {
        let policy = DeliveryPolicy { waits_ms: vec![500, 100], ..DeliveryPolicy::default() };
        assert_eq!(policy.wait_ms(2, None, u64::MAX), Some(100));
    }
}
