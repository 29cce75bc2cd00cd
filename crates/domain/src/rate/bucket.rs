//! One token bucket.

/// Parts of a token: the milliseconds of a minute, since a [`Rate`] is told in tokens a minute.
pub const PARTS: u64 = 60_000;

/// The largest burst and the largest rate: what a bucket counts then still fits a 64-bit float, as SQLite's numbers
/// must in a Durable Object.
const MOST: u32 = 10_000_000;

/// How many requests at once, and how fast after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    burst: u32,
    per_minute: u32,
}

impl Rate {
    /// `burst` at once, and `per_minute` a minute; each from 1 to 10,000,000, and beyond that the nearest.
    #[must_use]
    pub const fn new(burst: u32, per_minute: u32) -> Self {
        Self { burst: clamped(burst), per_minute: clamped(per_minute) }
    }

    /// How many at once.
    #[must_use]
    pub const fn burst(self) -> u32 {
        self.burst
    }

    /// How many a minute.
    #[must_use]
    pub const fn per_minute(self) -> u32 {
        self.per_minute
    }

    /// In how many whole seconds an empty bucket is full.
    #[must_use]
    pub const fn window_s(self) -> u64 {
        (self.burst as u64 * 60).div_ceil(self.per_minute as u64)
    }
}

const fn clamped(number: u32) -> u32 {
    if number == 0 {
        1
    } else if number > MOST {
        MOST
    } else {
        number
    }
}

/// What is in a bucket, and when that was so. A time before it refills nothing: clocks may step back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// In [`PARTS`] of a token.
    pub parts: u64,
    /// In Unix milliseconds.
    pub at_ms: u64,
}

impl Bucket {
    /// A bucket that nobody took from.
    #[must_use]
    pub const fn full(rate: Rate, now_ms: u64) -> Self {
        Self { parts: capacity(rate), at_ms: now_ms }
    }

    /// As it is now. A rate that changed holds from now on; what is more than its burst is let go.
    #[must_use]
    pub fn at(self, rate: Rate, now_ms: u64) -> Self {
        let passed = now_ms.saturating_sub(self.at_ms);
        let parts = self.parts.saturating_add(passed.saturating_mul(u64::from(rate.per_minute)));
        Self { parts: parts.min(capacity(rate)), at_ms: self.at_ms.max(now_ms) }
    }

    /// Whole tokens that are there.
    #[must_use]
    pub fn tokens(self) -> u32 {
        u32::try_from(self.parts / PARTS).unwrap_or(u32::MAX)
    }

    /// Without so many tokens; with none left where there were fewer.
    #[must_use]
    pub fn without(self, tokens: u32) -> Self {
        Self { parts: self.parts.saturating_sub(u64::from(tokens) * PARTS), ..self }
    }

    /// With tokens that were taken and not used.
    #[must_use]
    pub fn with_returned(self, rate: Rate, tokens: u32) -> Self {
        let parts = self.parts.saturating_add(u64::from(tokens) * PARTS);
        Self { parts: parts.min(capacity(rate)), ..self }
    }

    /// In how many milliseconds there is a token; 0 where there is.
    #[must_use]
    pub fn ms_until_token(self, rate: Rate) -> u64 {
        PARTS.saturating_sub(self.parts).div_ceil(u64::from(rate.per_minute))
    }

    /// In how many milliseconds it is full.
    #[must_use]
    pub fn ms_until_full(self, rate: Rate) -> u64 {
        capacity(rate).saturating_sub(self.parts).div_ceil(u64::from(rate.per_minute))
    }
}

const fn capacity(rate: Rate) -> u64 {
    rate.burst as u64 * PARTS
}

/// How many tokens whoever asks for one is given to spend by itself: some while the bucket is more than half full, and
/// one from then on, so that the last ones go to whoever asks first, wherever that is.
#[must_use]
pub fn lease(tokens: u32, rate: Rate) -> u32 {
    const MOST_LEASED: u32 = 64;
    let plenty = tokens > rate.burst / 2;
    if plenty { (rate.burst / 32).clamp(1, MOST_LEASED).min(tokens) } else { tokens.min(1) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let rate = Rate::new(3, 60);
        let mut bucket = Bucket::full(rate, 1_000);
        for left in [2, 1, 0] {
            bucket = bucket.at(rate, 1_000).without(1);
            assert_eq!(bucket.tokens(), left);
        }
        assert_eq!((bucket.ms_until_token(rate), bucket.ms_until_full(rate)), (1_000, 3_000));
        assert_eq!(bucket.at(rate, 1_999).tokens(), 0);
        assert_eq!(bucket.at(rate, 2_000).tokens(), 1);
        assert_eq!(bucket.at(rate, 999_999).tokens(), 3, "never more than the burst");
        assert_eq!(bucket.at(rate, 0), Bucket { at_ms: 1_000, ..bucket }, "a clock that stepped back");
    }

    #[test]
    fn a_rate_is_within_what_can_be_counted() {
        assert_eq!((Rate::new(0, 0).burst(), Rate::new(0, 0).per_minute()), (1, 1));
        let largest = Rate::new(u32::MAX, u32::MAX);
        assert!(capacity(largest) < 1 << 53);
        assert_eq!((Rate::new(10, 60).window_s(), Rate::new(1, 7).window_s()), (10, 9));
    }

    #[test]
    fn the_last_tokens_are_given_one_by_one() {
        let rate = Rate::new(1_000, 60);
        for (tokens, expect) in [(1_000, 31), (501, 31), (500, 1), (1, 1), (0, 0)] {
            assert_eq!(lease(tokens, rate), expect, "{tokens}");
        }
        assert_eq!(lease(20, Rate::new(20, 60)), 1, "a small bucket has none to spare");
        assert_eq!(lease(9_000_000, Rate::new(9_000_000, 1)), 64);
    }

    /// What is done to a bucket: time passes, and some are taken, of which some come back.
    fn acts() -> impl Strategy<Value = Vec<(u64, u32, u32)>> {
        prop::collection::vec((0_u64..5_000, 0_u32..50, 0_u32..50), 1..200)
    }

    proptest! {
        #[test]
        fn no_stretch_of_time_gives_more_than_burst_and_rate(
            burst in 1_u32..100, per_minute in 1_u32..6_000, acts in acts(),
        ) {
            let rate = Rate::new(burst, per_minute);
            let mut now_ms = 1_000_000;
            let mut bucket = Bucket::full(rate, now_ms);
            let mut taken: Vec<(u64, u64)> = Vec::new();
            for (pass, wanted, _) in acts {
                now_ms += pass;
                bucket = bucket.at(rate, now_ms);
                let given = wanted.min(bucket.tokens());
                bucket = bucket.without(given);
                taken.push((now_ms, u64::from(given)));
                // Every stretch that ends here.
                let mut sum = 0;
                for (since_ms, given) in taken.iter().rev() {
                    sum += given;
                    let most = u64::from(burst) * PARTS + (now_ms - since_ms) * u64::from(per_minute);
                    prop_assert!(sum * PARTS <= most, "{sum} in {} ms", now_ms - since_ms);
                }
            }
        }

        #[test]
        fn what_was_kept_never_passes_burst_and_rate_whatever_comes_back(
            burst in 1_u32..100, per_minute in 1_u32..6_000, acts in acts(),
        ) {
            let rate = Rate::new(burst, per_minute);
            let (start_ms, mut now_ms) = (1_000_000_u64, 1_000_000_u64);
            let mut bucket = Bucket::full(rate, now_ms);
            let (mut used, mut held) = (0_u64, 0_u32);
            for (pass, wanted, back) in acts {
                now_ms += pass;
                let back = back.min(held);
                bucket = bucket.at(rate, now_ms).with_returned(rate, back);
                held -= back;
                let given = wanted.min(bucket.tokens());
                bucket = bucket.without(given);
                // All that is held is used at the worst moment: now.
                held += given;
                used += u64::from(held);
                held = 0;
                let most = u64::from(burst) * PARTS + (now_ms - start_ms) * u64::from(per_minute);
                prop_assert!(used * PARTS <= most);
            }
        }

        #[test]
        fn looking_often_changes_nothing(
            burst in 1_u32..100, per_minute in 1_u32..6_000, passes in prop::collection::vec(0_u64..2_000, 1..50),
        ) {
            let rate = Rate::new(burst, per_minute);
            let empty = Bucket { parts: 0, at_ms: 0 };
            let mut looked = empty;
            let mut now_ms = 0;
            for pass in passes {
                now_ms += pass;
                looked = looked.at(rate, now_ms);
            }
            prop_assert_eq!(looked, empty.at(rate, now_ms));
        }
    }
}
