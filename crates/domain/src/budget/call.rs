//! One call's life: it holds its bound, and ends settled, released or expired.

use super::Amount;

/// Where a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallStatus {
    /// It may be under way: its bound is held.
    Open,
    /// It never told how it ended. It counts at its bound, since the upstream may have charged that much.
    Expired,
    /// It took what it took.
    Settled,
    /// It was not made.
    Released,
}

impl CallStatus {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Open, Self::Expired, Self::Settled, Self::Released];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Expired => "expired",
            Self::Settled => "settled",
            Self::Released => "released",
        }
    }
}

/// What a call has to do with a budget.
///
/// The order in which its ends arrive changes nothing: a settlement wins over all, a release over an expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Where it is.
    pub status: CallStatus,
    /// The most that it can take.
    pub bound: Amount,
    /// What it took, once it is settled.
    pub took: Amount,
}

impl Call {
    /// One that holds its bound.
    #[must_use]
    pub fn open(bound: Amount) -> Self {
        Self { status: CallStatus::Open, bound, took: Amount::default() }
    }

    /// One that was released before it was known: should its hold arrive late, it is not taken.
    #[must_use]
    pub fn never_held() -> Self {
        Self { status: CallStatus::Released, bound: Amount::default(), took: Amount::default() }
    }

    /// It took this, also where that is more than it held; none where it was settled before.
    #[must_use]
    pub fn settle(self, took: Amount) -> Option<Self> {
        (self.status != CallStatus::Settled).then_some(Self { status: CallStatus::Settled, took, ..self })
    }

    /// It was not made; none where that changes nothing.
    #[must_use]
    pub fn release(self) -> Option<Self> {
        let changes = matches!(self.status, CallStatus::Open | CallStatus::Expired);
        changes.then_some(Self { status: CallStatus::Released, ..self })
    }

    /// Nobody told how it ended; none where somebody did.
    #[must_use]
    pub fn expire(self) -> Option<Self> {
        (self.status == CallStatus::Open).then_some(Self { status: CallStatus::Expired, ..self })
    }

    /// What it holds.
    #[must_use]
    pub fn held(self) -> Amount {
        if self.status == CallStatus::Open { self.bound } else { Amount::default() }
    }

    /// What it has taken, as far as is known.
    #[must_use]
    pub fn charged(self) -> Amount {
        match self.status {
            CallStatus::Open | CallStatus::Released => Amount::default(),
            CallStatus::Expired => self.bound,
            CallStatus::Settled => self.took,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn nanos(nanos: u64) -> Amount {
        Amount { nanos, tokens: 0, requests: 1 }
    }

    type End = fn(Call) -> Option<Call>;

    #[test]
    fn the_ends_of_a_call_come_to_the_same_in_any_order_and_any_number() {
        let ends: [(&str, End); 3] =
            [("settle", |call| call.settle(nanos(7))), ("release", Call::release), ("expire", Call::expire)];
        // Every sequence of three of them, repeats among them.
        for number in 0..27 {
            let picked = [number / 9, number / 3 % 3, number % 3];
            let call =
                picked.into_iter().fold(Call::open(nanos(10)), |call, end| ends[end].1(call).unwrap_or(call));
            let told: Vec<_> = picked.iter().map(|end| ends[*end].0).collect();
            let charged = match () {
                () if told.contains(&"settle") => nanos(7),
                () if told.contains(&"release") => Amount::default(),
                () => nanos(10),
            };
            assert_eq!((call.held(), call.charged()), (Amount::default(), charged), "{told:?}");
        }
    }

    #[test]
    fn more_than_was_held_is_recorded_and_a_second_settlement_is_not() {
        let call = Call::open(nanos(10)).settle(nanos(12)).unwrap();
        assert_eq!((call.charged(), call.settle(nanos(1))), (nanos(12), None));
        assert_eq!(
            Call::never_held().settle(nanos(3)).unwrap().charged(),
            nanos(3),
            "what was paid is never lost"
        );
        assert_eq!(Call::never_held().charged(), Amount::default());
    }
}
