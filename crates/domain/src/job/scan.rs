//! What must hold of a job and its ledger, and where it does not.
//!
//! Nothing is changed here, and nothing is assumed of what wrote the records but the schedule.

use schedule::{Occurrence, Plan};

/// A record of the schedule: one nominal time, or several in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The first time.
    pub first_ms: u64,
    /// The last time.
    pub last_ms: u64,
    /// How many there are.
    pub count: u64,
}

/// What is wrong with a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A time that the schedule names has no record.
    Gap {
        /// The first such time.
        at_ms: u64,
    },
    /// A time has two records.
    Overlap {
        /// The time.
        at_ms: u64,
    },
    /// A record is of a time that the schedule does not name.
    Unnamed {
        /// The time.
        at_ms: u64,
    },
    /// A record stands for more or fewer times than the schedule names.
    Miscounted {
        /// The first time.
        at_ms: u64,
        /// How many it says.
        told: u64,
        /// How many there are.
        named: u64,
    },
}

/// How many times of one record are counted one by one. Of a record of more, only its ends are checked.
const MOST_COUNTED: u64 = 20_000;

/// Compares records, oldest first, with what the schedule names from the first of them on up to `cursor_ms`, before which
/// every time has its record. Times before `from_ms` are not looked at. What the clocks skip is not among the records
/// that are given.
#[must_use]
pub fn ledger_faults(plan: &Plan, records: &[Recorded], from_ms: u64, cursor_ms: Option<u64>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let next = |from_ms: u64| plan.occurrences(from_ms).find(Occurrence::fires).map(|found| found.at_ms);
    let mut after: Option<u64> = None;
    for record in records.iter().filter(|record| record.first_ms >= from_ms) {
        let at_ms = record.first_ms;
        match after {
            Some(last_ms) if at_ms <= last_ms => faults.push(Fault::Overlap { at_ms }),
            Some(last_ms) => match next(last_ms + 1) {
                Some(named) if named < at_ms => faults.push(Fault::Gap { at_ms: named }),
                _ => {}
            },
            None => {}
        }
        if next(at_ms) != Some(at_ms) {
            faults.push(Fault::Unnamed { at_ms });
        } else if record.last_ms != at_ms && next(record.last_ms) != Some(record.last_ms) {
            faults.push(Fault::Unnamed { at_ms: record.last_ms });
        } else if let Some(named) = named(plan, record)
            && named != record.count
        {
            faults.push(Fault::Miscounted { at_ms, told: record.count, named });
        }
        after = Some(after.unwrap_or_default().max(record.last_ms));
    }
    if let (Some(last_ms), Some(cursor_ms)) = (after, cursor_ms) {
        if last_ms >= cursor_ms {
            faults.push(Fault::Overlap { at_ms: cursor_ms });
        } else if let Some(at_ms) = next(last_ms + 1).filter(|named| *named < cursor_ms) {
            faults.push(Fault::Gap { at_ms });
        }
    }
    faults
}

/// How many times the schedule names from a record's first to its last; none where those are too many to count.
fn named(plan: &Plan, record: &Recorded) -> Option<u64> {
    let until_ms = record.last_ms + 1;
    if let Some(counted) = plan.counted(record.first_ms, until_ms) {
        return Some(counted.map_or(0, |span| span.count));
    }
    if record.count > MOST_COUNTED {
        return None;
    }
    let times = plan.occurrences(record.first_ms).take_while(|found| found.at_ms < until_ms);
    let limit = usize::try_from(MOST_COUNTED + 1).unwrap_or(usize::MAX);
    Some(times.filter(Occurrence::fires).take(limit).count() as u64)
}

#[cfg(test)]
mod tests {
    use schedule::{Dst, Pattern, Rhythm, Zone};

    use super::*;

    const MINUTE: u64 = 60_000;
    /// 2026-11-22T07:00:00Z.
    const START: u64 = 1_795_330_800_000;

    fn every_minute() -> Plan {
        Plan::new(Rhythm::Every { interval_ms: MINUTE, anchor_ms: START })
    }

    fn at(minute: u64) -> u64 {
        START + minute * MINUTE
    }

    fn one(minute: u64) -> Recorded {
        span(minute, minute)
    }

    fn span(first: u64, last: u64) -> Recorded {
        Recorded { first_ms: at(first), last_ms: at(last), count: last - first + 1 }
    }

    #[test]
    fn a_whole_ledger_has_no_fault() {
        let whole = [one(1), one(2), span(3, 500), one(501)];
        assert_eq!(ledger_faults(&every_minute(), &whole, 0, Some(at(502))), []);
        assert_eq!(
            ledger_faults(&every_minute(), &whole[1..], 0, Some(at(502))),
            [],
            "older ones were dropped"
        );
        assert_eq!(ledger_faults(&every_minute(), &[], 0, Some(at(502))), []);
        assert_eq!(ledger_faults(&every_minute(), &whole, 0, None), [], "nothing is to come");
    }

    #[test]
    fn each_fault_that_is_planted_is_found() {
        let check = |records: &[Recorded], cursor, expect: &[Fault]| {
            assert_eq!(ledger_faults(&every_minute(), records, 0, Some(at(cursor))), expect, "{records:?}");
        };
        check(&[one(1), one(3)], 4, &[Fault::Gap { at_ms: at(2) }]);
        check(&[one(1), one(2)], 5, &[Fault::Gap { at_ms: at(3) }]);
        check(&[one(1), one(1), one(2)], 3, &[Fault::Overlap { at_ms: at(1) }]);
        check(&[span(1, 5), one(4), one(6)], 7, &[Fault::Overlap { at_ms: at(4) }]);
        check(&[one(1), one(2)], 2, &[Fault::Overlap { at_ms: at(2) }]);
        let off = Recorded { first_ms: at(2) + 7, last_ms: at(2) + 7, count: 1 };
        check(&[one(1), one(2), off, one(3)], 4, &[Fault::Unnamed { at_ms: at(2) + 7 }]);
        let short = Recorded { count: 3, ..span(1, 5) };
        check(&[short], 6, &[Fault::Miscounted { at_ms: at(1), told: 3, named: 5 }]);
        let ragged = Recorded { last_ms: at(5) + 1, ..span(1, 5) };
        check(&[ragged], 6, &[Fault::Unnamed { at_ms: at(5) + 1 }]);
    }

    #[test]
    fn what_came_before_a_change_of_the_schedule_is_not_judged_by_the_new_one() {
        let off = Recorded { first_ms: at(1) + 7, last_ms: at(1) + 7, count: 1 };
        let records = [off, one(3), one(4)];
        assert_eq!(ledger_faults(&every_minute(), &records, at(2), Some(at(5))), []);
        assert_ne!(ledger_faults(&every_minute(), &records, 0, Some(at(5))), []);
    }

    #[test]
    fn times_that_cannot_be_counted_are_walked_and_what_clocks_skip_is_no_gap() {
        let pattern = Pattern::parse("30 2 * * *").unwrap();
        let dst = Dst { gap: schedule::Gap::Skip, ..Dst::of(&pattern) };
        let plan = Plan::new(Rhythm::Cron { pattern, zone: Zone::named("Europe/Berlin").unwrap(), dst });
        // 2027-03-28: the clocks skip 02:30.
        let days: Vec<u64> = plan
            .occurrences(1_805_900_400_000)
            .filter(Occurrence::fires)
            .take(6)
            .map(|day| day.at_ms)
            .collect();
        let whole = Recorded { first_ms: days[0], last_ms: days[4], count: 5 };
        assert_eq!(ledger_faults(&plan, &[whole], 0, Some(days[5])), []);
        let short = Recorded { count: 4, ..whole };
        let told = Fault::Miscounted { at_ms: days[0], told: 4, named: 5 };
        assert_eq!(ledger_faults(&plan, &[short], 0, Some(days[5])), [told]);
    }
}
