//! Heartbeats: when a ping that is expected has come, and when it has not.
//!
//! A ping counts for one thing. It settles every time that has come and is not judged; where there is none, it is early, and
//! counts for the first time to come.

use schedule::{Plan, Rhythm};

/// The shortest grace: 1 second.
pub const MIN_GRACE_MS: u64 = 1_000;
/// The longest grace: 7 days.
pub const MAX_GRACE_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
/// The longest message of a ping that is kept, in characters.
pub const MAX_MESSAGE_CHARS: usize = 1_000;

/// A grace that no heartbeat can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be at least 1 second and at most 7 days")]
pub struct GraceError;

/// The grace, if a heartbeat can have it.
///
/// # Errors
/// [`GraceError`] names the bounds.
pub const fn checked_grace(grace_ms: u64) -> Result<u64, GraceError> {
    if grace_ms < MIN_GRACE_MS || grace_ms > MAX_GRACE_MS { Err(GraceError) } else { Ok(grace_ms) }
}

/// Until when a ping that is expected at a time may come, that instant included. Where none has come by then, none came.
#[must_use]
pub const fn ping_due_ms(nominal_ms: u64, grace_ms: u64) -> u64 {
    nominal_ms.saturating_add(grace_ms)
}

/// Whether a ping that came before a time, when nothing else was expected, counts for it: no other time lies between, and
/// of an interval, the ping is not older than that.
#[must_use]
pub fn counts_early(plan: &Plan, ping_ms: u64, nominal_ms: u64) -> bool {
    if ping_ms >= nominal_ms {
        return false;
    }
    let near = match plan.rhythm() {
        Rhythm::Every { interval_ms, .. } => nominal_ms - ping_ms <= *interval_ms,
        Rhythm::At { .. } | Rhythm::Cron { .. } => true,
    };
    let mut later = plan.occurrences(ping_ms + 1).filter(schedule::Occurrence::fires);
    near && later.next().is_some_and(|next| next.at_ms == nominal_ms)
}

/// Whether a ping that settled nothing may count for the next time; `late` is whether the time before it failed, `last_ms`
/// when another came.
///
/// What comes round and round has no hour of its own: any ping says that it is alive, and one that was late has to count, or
/// it would never be in step again. What has its hour does not: a ping within the grace of a time, or of another, is of the
/// same run, such as a client sends that did not hear the answer, and one after a failure makes up for that. Taken for the
/// next time, each would hide that nothing ran then.
#[must_use]
pub fn may_be_early(plan: &Plan, ping_ms: u64, grace_ms: u64, late: bool, last_ms: Option<u64>) -> bool {
    match plan.rhythm() {
        Rhythm::Every { .. } => true,
        Rhythm::At { .. } | Rhythm::Cron { .. } => {
            let since_ms = ping_ms.saturating_sub(grace_ms);
            let mut times = plan.occurrences(since_ms).filter(schedule::Occurrence::fires);
            let another = last_ms.is_some_and(|last_ms| last_ms >= since_ms);
            !late && !another && times.next().is_none_or(|next| next.at_ms > ping_ms)
        }
    }
}

#[cfg(test)]
mod tests {
    use schedule::{Dst, Pattern, Zone};

    use super::*;

    const MINUTE: u64 = 60_000;
    const DAY: u64 = 24 * 60 * MINUTE;
    /// 2026-11-22T00:00:00Z.
    const START: u64 = 1_795_305_600_000;

    fn daily() -> Plan {
        let pattern = Pattern::parse("0 3 * * *").unwrap();
        Plan::new(Rhythm::Cron { dst: Dst::of(&pattern), pattern, zone: Zone::utc() })
    }

    #[test]
    fn the_bounds_of_a_grace_are_exactly_these() {
        let check = |grace_ms, good: bool| assert_eq!(checked_grace(grace_ms).is_ok(), good, "{grace_ms}");
        check(999, false);
        check(1_000, true);
        check(7 * DAY, true);
        check(7 * DAY + 1, false);
    }

    #[test]
    fn an_early_ping_counts_for_the_very_next_time() {
        let three = START + 180 * MINUTE;
        let check = |ping_ms, nominal_ms, counts| {
            assert_eq!(counts_early(&daily(), ping_ms, nominal_ms), counts, "{ping_ms} for {nominal_ms}");
        };
        check(three - MINUTE, three, true);
        check(three + MINUTE, three + DAY, true);
        check(three, three, false);
        check(three, three + DAY, true);
        check(three - MINUTE, three + DAY, false);
        check(three + MINUTE, three, false);
    }

    #[test]
    fn a_second_ping_of_a_time_of_the_day_is_not_one_of_the_next() {
        let three = START + 180 * MINUTE;
        let every = Plan::new(Rhythm::Every { interval_ms: DAY, anchor_ms: three });
        let check = |ping_ms, late, daily_counts| {
            let last = Some(three + 60 * MINUTE);
            let found =
                may_be_early(&daily(), ping_ms, 30 * MINUTE, late, last.filter(|last| *last <= ping_ms));
            assert_eq!(found, daily_counts, "{ping_ms} {late}");
            assert!(may_be_early(&every, ping_ms, 30 * MINUTE, late, last));
        };
        check(three - MINUTE, false, true);
        check(three, false, false);
        check(three + 30 * MINUTE, false, false);
        check(three + 31 * MINUTE, false, true);
        check(three + 31 * MINUTE, true, false);
        check(three + 90 * MINUTE, false, false);
        check(three + 91 * MINUTE, false, true);
    }

    #[test]
    fn of_an_interval_it_is_no_older_than_that() {
        let every = Plan::new(Rhythm::Every { interval_ms: 10 * MINUTE, anchor_ms: START })
            .without(["2026-11-23".parse().unwrap()], Zone::utc())
            .unwrap();
        assert!(counts_early(&every, START + 11 * MINUTE, START + 20 * MINUTE));
        let after = START + 2 * DAY;
        assert!(counts_early(&every, after - MINUTE, after));
        assert!(!counts_early(&every, after - 11 * MINUTE, after), "the day before has no times");
    }
}
