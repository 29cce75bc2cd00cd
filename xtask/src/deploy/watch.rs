//! Whether a version with a part of the traffic may have more: what it was seen to do, judged. Pure.

use crate::platform::Invocations;

/// So many errors are none of chance, whatever their part.
const LEAST_ERRORS: u64 = 3;
/// The part of failed invocations that is always tolerated.
const TOLERATED: f64 = 0.005;
/// How many times as often as the version before it a version may fail.
const TIMES: f64 = 1.5;
/// The part of our own health calls that may fail: the way to the platform is part of them.
const TOLERATED_CALLS: f64 = 0.05;
/// How sure a judgment is, in standard deviations: 19 times of 20.
const DEVIATIONS: f64 = 1.96;

/// What a version was seen to do so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Health calls that were made of it.
    pub(super) calls: u64,
    /// Those that were not answered well.
    pub(super) failed_calls: u64,
    /// How the last one of them failed.
    pub(super) last_failure: Option<String>,
    /// What the platform counted of it and, for comparison, of the version before it; none where it can't be asked.
    pub(super) counted: Option<(Invocations, Invocations)>,
}

impl Seen {
    /// Adds a health call.
    pub(super) fn call(&mut self, outcome: Result<(), String>) {
        self.calls += 1;
        if let Err(failure) = outcome {
            self.failed_calls += 1;
            self.last_failure = Some(failure);
        }
    }
}

/// Why a version may not have more traffic, in words; none where nothing speaks against it.
///
/// The platform's counts have to speak clearly: even the lower end of what they allow for has to be more than what is
/// tolerated, and more than what the version before fails.
pub(super) fn objection(seen: &Seen) -> Option<String> {
    if let Some((new, old)) = seen.counted {
        let bound = TOLERATED.max(part(old) * TIMES);
        if new.errors >= LEAST_ERRORS && lower_end(new) > bound {
            return Some(format!(
                "{} failed, of the version before it {}, as the platform counts",
                told(new),
                told(old)
            ));
        }
    }
    let failed = seen.last_failure.as_ref().filter(|_| {
        // Early on, one failure is a large part: it takes two.
        seen.failed_calls >= 2 && ratio(seen.failed_calls, seen.calls) > TOLERATED_CALLS
    });
    failed.map(|last| {
        format!("{} of {} health calls failed, the last one as {last}", seen.failed_calls, seen.calls)
    })
}

/// What a version was let through by.
pub(super) fn summary(seen: &Seen) -> String {
    let calls = format!("{} of {} health calls failed", seen.failed_calls, seen.calls);
    match seen.counted {
        Some((new, old)) if new.requests > 0 => {
            format!("{} failed, before it {}; {calls}", told(new), told(old))
        }
        Some(_) => format!("the platform has counted none of its invocations yet; {calls}"),
        None => calls,
    }
}

fn told(counted: Invocations) -> String {
    format!("{} of {} invocations", counted.errors, counted.requests)
}

fn part(counted: Invocations) -> f64 {
    ratio(counted.errors, counted.requests)
}

#[allow(clippy::cast_precision_loss, reason = "counts of a rollout are far below 2^52")]
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The lower end of Wilson's interval for the part of failed invocations.
#[allow(clippy::cast_precision_loss, reason = "counts of a rollout are far below 2^52")]
fn lower_end(counted: Invocations) -> f64 {
    if counted.requests == 0 {
        return 0.0;
    }
    let (part, number) = (part(counted), counted.requests as f64);
    let square = DEVIATIONS * DEVIATIONS;
    let middle = part + square / (2.0 * number);
    let spread = DEVIATIONS * ((part * (1.0 - part) + square / (4.0 * number)) / number).sqrt();
    (middle - spread) / (1.0 + square / number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(errors: u64, requests: u64, before: (u64, u64)) -> Seen {
        let new = Invocations { requests, errors };
        let old = Invocations { requests: before.1, errors: before.0 };
        Seen { counted: Some((new, old)), ..Seen::default() }
    }

    #[test]
    fn a_version_that_fails_more_than_the_one_before_it_is_objected_to() {
        let objected = objection(&counted(40, 100, (0, 900))).unwrap();
        assert_eq!(
            objected,
            "40 of 100 invocations failed, of the version before it 0 of 900 invocations, as the platform counts"
        );
        assert!(objection(&counted(3, 10, (0, 90))).is_some());
        assert!(objection(&counted(100, 10_000, (0, 90_000))).is_some(), "1 in 100 where none failed before");
    }

    #[test]
    fn what_may_be_chance_or_was_so_before_is_not() {
        for fine in [
            counted(0, 0, (0, 0)),
            counted(2, 4, (0, 90)),
            counted(3, 1_000, (0, 9_000)),
            counted(50, 10_000, (0, 90_000)),
            counted(40, 100, (400, 1_000)),
            counted(45, 100, (400, 1_000)),
            Seen::default(),
        ] {
            assert_eq!(objection(&fine), None, "{fine:?}");
        }
        assert!(objection(&counted(80, 100, (400, 1_000))).is_some(), "it fails twice as often");
    }

    #[test]
    fn health_calls_may_fail_once_and_not_often() {
        let mut seen = Seen::default();
        seen.call(Err("down".to_owned()));
        assert_eq!(objection(&seen), None);
        seen.call(Ok(()));
        seen.call(Err("down".to_owned()));
        assert_eq!(objection(&seen).unwrap(), "2 of 3 health calls failed, the last one as down");
        for _ in 0..100 {
            seen.call(Ok(()));
        }
        assert_eq!(objection(&seen), None, "the network may fail now and then");
    }

    #[test]
    fn a_version_is_let_through_by_what_is_known_of_it() {
        assert_eq!(
            summary(&counted(0, 5, (1, 20))),
            "0 of 5 invocations failed, before it 1 of 20 invocations; 0 of 0 health calls failed"
        );
        assert!(summary(&counted(0, 0, (0, 20))).starts_with("the platform has counted none"));
    }
}
