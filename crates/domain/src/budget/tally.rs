//! Whether a call fits.

use super::{Amount, Limit, Window};

/// What calls have taken and hold, in one counter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Taken.
    pub spent: Amount,
    /// Held by calls that may be under way.
    pub held: Amount,
}

/// Why a call does not fit, the shorter to wait for first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It would fit beside what is taken; what is held stands in its way, and may come back.
    Held,
    /// The minute is used up: the next one begins soon.
    Window,
    /// The day or the month is used up.
    Spent,
    /// It fits no window, not even an untouched one.
    TooLarge,
}

/// A call does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub reason: Reason,
    /// Into which limit.
    pub limit: Limit,
    /// What is left of the limit, in its unit: beside what is taken, and where calls under way stand in the way beside what
    /// they hold.
    pub left: u64,
    /// When its window ends, in Unix milliseconds.
    pub resets_ms: u64,
}

impl Refused {
    /// The one that stands in the way for longer.
    #[must_use]
    pub fn or_longer(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if (other.reason, other.resets_ms) >= (self.reason, self.resets_ms) => other,
            _ => self,
        }
    }
}

/// Whether a call that can take `bound` fits under a limit whose counter has `tally` and ends at `resets_ms`.
///
/// # Errors
/// [`Refused`].
pub fn judge(limit: &Limit, tally: Tally, bound: Amount, resets_ms: u64) -> Result<(), Refused> {
    let of = |amount: Amount| limit.unit.of(amount);
    let (bound, spent, held) = (of(bound), of(tally.spent), of(tally.held));
    let left = limit.most.saturating_sub(spent);
    let refused = |reason: Reason, left: u64| Err(Refused { reason, limit: limit.clone(), left, resets_ms });
    if bound > limit.most {
        return refused(Reason::TooLarge, left);
    }
    if bound > left {
        let reason = if limit.window == Window::Minute { Reason::Window } else { Reason::Spent };
        return refused(reason, left);
    }
    let free = left.saturating_sub(held);
    if bound > free { refused(Reason::Held, free) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Call, CallStatus, Scope, Selector, Unit};
    use super::*;

    fn limit(window: Window, most: u64) -> Limit {
        Limit { unit: Unit::Money, window, scope: Scope { key: Selector::All, model: Selector::All }, most }
    }

    const fn nanos(nanos: u64) -> Amount {
        Amount { nanos, tokens: 0, requests: 0 }
    }

    #[test]
    fn a_refusal_tells_what_is_spent_from_what_is_held_and_what_never_fits() {
        let check = |window: Window, spent: u64, held: u64, bound: u64, expect: Option<(Reason, u64)>| {
            let tally = Tally { spent: nanos(spent), held: nanos(held) };
            let refused = judge(&limit(window, 100), tally, nanos(bound), 9).err();
            let told = format!("{window:?}: {spent} spent, {held} held, {bound} asked");
            assert_eq!(refused.map(|refused| (refused.reason, refused.left)), expect, "{told}");
        };
        check(Window::Day, 0, 0, 100, None);
        check(Window::Day, 40, 50, 10, None);
        check(Window::Day, 40, 50, 11, Some((Reason::Held, 10)));
        check(Window::Day, 40, 50, 61, Some((Reason::Spent, 60)));
        check(Window::Month, 100, 0, 0, None);
        check(Window::Month, 130, 0, 1, Some((Reason::Spent, 0)));
        check(Window::Minute, 40, 0, 61, Some((Reason::Window, 60)));
        check(Window::Minute, 0, 0, 101, Some((Reason::TooLarge, 100)));
        check(Window::Day, 99, 0, 101, Some((Reason::TooLarge, 1)));
    }

    #[test]
    fn the_longest_wait_is_told() {
        let refused =
            |reason, resets_ms| Refused { reason, limit: limit(Window::Day, 1), left: 0, resets_ms };
        let check = |one: Refused, other: Refused, longer: &Refused| {
            assert_eq!(one.clone().or_longer(Some(other.clone())), *longer);
            assert_eq!(other.or_longer(Some(one)), *longer);
        };
        let (held, minute, day, month) = (
            refused(Reason::Held, 99),
            refused(Reason::Window, 5),
            refused(Reason::Spent, 50),
            refused(Reason::Spent, 60),
        );
        check(held.clone(), minute.clone(), &minute);
        check(minute, day.clone(), &day);
        check(day.clone(), month.clone(), &month);
        check(held, day.clone(), &day);
        assert_eq!(day.clone().or_longer(None), day);
    }

    proptest! {
        /// Whatever calls do, in any order: what is taken and held stays within the limit as long as no call takes more than
        /// it held, and whoever is refused for what is spent would not have fitted.
        #[test]
        fn nothing_is_overspent(
            steps in prop::collection::vec((0..4_u8, 0..16_usize, 0..60_u64), 1..200)
        ) {
            let limit = limit(Window::Day, 100);
            let mut calls: Vec<Call> = Vec::new();
            for (step, which, much) in steps {
                let sum = |of: fn(Call) -> Amount| calls.iter().fold(Amount::default(), |sum, call| sum.plus(of(*call)));
                let tally = Tally { spent: sum(Call::charged), held: sum(Call::held) };
                let bound = nanos(much);
                if step == 0 {
                    match judge(&limit, tally, bound, 9) {
                        Ok(()) => calls.push(Call::open(bound)),
                        Err(Refused { reason: Reason::Held, .. }) => {
                            prop_assert!(tally.spent.plus(bound).nanos <= 100);
                        }
                        Err(_) => prop_assert!(tally.spent.plus(bound).nanos > 100),
                    }
                } else if !calls.is_empty() {
                    let at = which % calls.len();
                    let call = calls[at];
                    let after = match step {
                        // One who says that it was not made, and then that it was, is outside of what can be held.
                        1 if call.status != CallStatus::Released => {
                            call.settle(nanos(much.min(call.bound.nanos)))
                        }
                        1 => None,
                        2 => call.release(),
                        _ => call.expire(),
                    };
                    calls[at] = after.unwrap_or(call);
                }
                let taken = calls.iter().fold(0, |sum, call| sum + call.charged().nanos + call.held().nanos);
                prop_assert!(taken <= 100, "{taken}");
            }
        }
    }
}
