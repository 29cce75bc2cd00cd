//! How upstreams fare: a rolling error rate and a breaker each. Each isolate has its own and learns for itself.

use std::cell::RefCell;
use std::collections::HashMap;

/// The window over which failures are counted, in milliseconds, in two halves.
const HALF_WINDOW_MS: u64 = 15_000;
/// Fewer calls than this say nothing.
const LEAST_CALLS: u32 = 10;
/// At this share of failures a breaker opens, in percent.
const OPEN_PERCENT: u32 = 50;
/// So long it stays open before one call tries again.
const OPEN_MS: u64 = 10_000;

/// How an upstream stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is asked.
    Closed,
    /// It failed too often, and is asked last.
    Open,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    calls: u32,
    failures: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Record {
    half: u64,
    now: Counts,
    before: Counts,
    open_until_ms: Option<u64>,
}

impl Record {
    fn at(&mut self, now_ms: u64) -> &mut Self {
        let half = now_ms / HALF_WINDOW_MS;
        if half == self.half + 1 {
            self.before = std::mem::take(&mut self.now);
        } else if half != self.half {
            (self.before, self.now) = Default::default();
        }
        self.half = half;
        self
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Breakers(RefCell<HashMap<String, Record>>);

impl Breakers {
    /// How an upstream stands. Once its time is over it is asked again, and its next failure opens it anew.
    pub fn standing(&self, upstream: &str, now_ms: u64) -> Standing {
        let records = self.0.borrow();
        let open = records.get(upstream).and_then(|record| record.open_until_ms);
        if open.is_some_and(|until| now_ms < until) { Standing::Open } else { Standing::Closed }
    }

    /// How many of the calls that count at present failed, of a hundred.
    pub fn failed_percent(&self, upstream: &str, now_ms: u64) -> u32 {
        let mut records = self.0.borrow_mut();
        let Some(record) = records.get_mut(upstream) else { return 0 };
        let Record { now, before, .. } = record.at(now_ms);
        let (calls, failures) = (now.calls + before.calls, now.failures + before.failures);
        (failures * 100).checked_div(calls).unwrap_or(0)
    }

    /// It answered.
    pub fn answered(&self, upstream: &str, now_ms: u64) {
        let mut records = self.0.borrow_mut();
        let record = records.entry(upstream.to_owned()).or_default().at(now_ms);
        record.now.calls += 1;
        if record.open_until_ms.is_some_and(|until| now_ms >= until) {
            *record = Record { half: record.half, ..Record::default() };
        }
    }

    /// It failed.
    pub fn failed(&self, upstream: &str, now_ms: u64) {
        let mut records = self.0.borrow_mut();
        let record = records.entry(upstream.to_owned()).or_default().at(now_ms);
        record.now.calls += 1;
        record.now.failures += 1;
        let calls = record.now.calls + record.before.calls;
        let failures = record.now.failures + record.before.failures;
        let tried_again = record.open_until_ms.is_some_and(|until| now_ms >= until);
        if tried_again || (calls >= LEAST_CALLS && failures * 100 >= calls * OPEN_PERCENT) {
            record.open_until_ms = Some(now_ms + OPEN_MS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breaker_opens_at_half_and_closes_once_a_try_succeeds() {
        let breakers = Breakers::default();
        for _ in 0..9 {
            breakers.failed("a", 1_000);
        }
        assert_eq!(breakers.standing("a", 1_000), Standing::Closed, "too few to tell");
        breakers.failed("a", 1_000);
        assert_eq!(breakers.standing("a", 1_000), Standing::Open);
        assert_eq!(breakers.standing("b", 1_000), Standing::Closed, "another one");
        assert_eq!(breakers.standing("a", 11_000), Standing::Closed, "its time is over");
        breakers.failed("a", 11_000);
        assert_eq!(breakers.standing("a", 11_001), Standing::Open, "the try failed");
        breakers.answered("a", 21_000);
        breakers.failed("a", 21_001);
        assert_eq!(
            breakers.standing("a", 21_001),
            Standing::Closed,
            "the try succeeded, and the past is past"
        );
    }

    #[test]
    fn old_failures_are_forgotten() {
        let breakers = Breakers::default();
        for _ in 0..9 {
            breakers.failed("a", 0);
        }
        breakers.failed("a", 45_000);
        assert_eq!(breakers.standing("a", 45_000), Standing::Closed);
        for _ in 0..20 {
            breakers.answered("a", 46_000);
        }
        for _ in 0..15 {
            breakers.failed("a", 46_000);
        }
        assert_eq!(breakers.standing("a", 46_000), Standing::Closed, "fewer than half");
    }
}
