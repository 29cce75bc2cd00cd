//! How fast a backfill feeds events, and what it counts.

/// Events that one page takes up at most.
const PAGE: u32 = 50;
/// Pages of one backfill at most: with their steps they stay within what an instance may have.
pub const MOST_PAGES: u32 = 1_500;
/// Events that one backfill takes up at most.
pub const MOST_EVENTS: u32 = 50_000;
/// The highest rate, in events a minute.
pub const FASTEST: u32 = 600;
/// The rate where none is asked for.
pub const USUAL_RATE: u32 = 60;

/// How many events the next page takes up, at a rate of so many a minute and after so many.
#[must_use]
pub fn page_size(per_minute: u32, taken_up: u32) -> u32 {
    PAGE.min(per_minute.max(1)).min(MOST_EVENTS.saturating_sub(taken_up))
}

/// How long a page of so many events rests before the next, in milliseconds, so that the rate holds.
#[must_use]
pub fn rest_ms(per_minute: u32, fed: u32) -> u64 {
    (u64::from(fed) * 60_000).div_ceil(u64::from(per_minute.max(1)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_rate_is_exceeded_and_no_more_taken_up_than_may_be(per_minute in 1..=FASTEST, taken_up in 0..=MOST_EVENTS) {
            let page = page_size(per_minute, taken_up);
            prop_assert!(taken_up + page <= MOST_EVENTS && page <= per_minute);
            prop_assert_eq!(page == 0, taken_up == MOST_EVENTS);
            // So many pages with their rests make a minute, and no more than the rate.
            let in_a_minute = u64::from(page) * 60_000 / rest_ms(per_minute, page).max(1);
            prop_assert!(page == 0 || in_a_minute <= u64::from(per_minute));
        }
    }

    #[test]
    fn what_was_not_fed_costs_no_time() {
        assert_eq!((rest_ms(60, 0), rest_ms(60, 50), rest_ms(7, 1)), (0, 50_000, 8_572));
    }
}
