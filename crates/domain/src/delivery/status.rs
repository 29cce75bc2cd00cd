//! The life of one delivery.

use std::fmt;
use std::str::FromStr;

use super::DeliveryPolicy;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryStatus {
    /// It waits: for its turn, for its next attempt, or for the endpoint to recover.
    Pending,
    /// An attempt is under way.
    Delivering,
    /// The endpoint took it with a 2xx status.
    Delivered,
    /// Every attempt failed. It can be redelivered.
    Failed,
    /// It was not tried to the end, because its subscription was disabled meanwhile. It can be redelivered.
    Abandoned,
}

impl DeliveryStatus {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Delivering, Self::Delivered, Self::Failed, Self::Abandoned];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivering => "delivering",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }

    /// Whether nothing more happens by itself.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Delivered | Self::Failed | Self::Abandoned)
    }

    /// What it becomes at an endpoint that is sent to, or no longer is: then nothing waits there.
    #[must_use]
    pub const fn while_active(self, active: bool) -> Self {
        match self {
            Self::Pending if !active => Self::Abandoned,
            status => status,
        }
    }
}

impl fmt::Display for DeliveryStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no status of a delivery: use `pending`, `delivering`, `delivered`, `failed` or `abandoned`")]
pub struct UnknownDeliveryStatus;

impl FromStr for DeliveryStatus {
    type Err = UnknownDeliveryStatus;

    fn from_str(text: &str) -> Result<Self, UnknownDeliveryStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownDeliveryStatus)
    }
}

/// What an attempt amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Taken.
    Delivered,
    /// The endpoint says that it is gone for good (410): nothing more is sent there.
    Gone,
    /// Anything else: a status that is not 2xx, redirects included, or no answer at all.
    Failed,
}

/// Judges the status that an endpoint answered with.
#[must_use]
pub const fn judge(status: u16) -> Verdict {
    match status {
        200..=299 => Verdict::Delivered,
        410 => Verdict::Gone,
        _ => Verdict::Failed,
    }
}

/// How a delivery goes on after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Its status.
    pub status: DeliveryStatus,
    /// When the next attempt is due; only where it is pending.
    pub due_at_ms: Option<u64>,
}

impl Settled {
    /// After the `attempts`th attempt (counted from 1) ended at `now_ms`. `retry_after_ms` is how long the endpoint
    /// asked to be left alone; `random` is any number.
    #[must_use]
    pub fn after(
        policy: &DeliveryPolicy,
        verdict: Verdict,
        attempts: u32,
        retry_after_ms: Option<u64>,
        now_ms: u64,
        random: u64,
    ) -> Self {
        let ended = |status| Self { status, due_at_ms: None };
        match verdict {
            Verdict::Delivered => ended(DeliveryStatus::Delivered),
            Verdict::Gone => ended(DeliveryStatus::Failed),
            Verdict::Failed => match policy.wait_ms(attempts, retry_after_ms, random) {
                None => ended(DeliveryStatus::Failed),
                Some(wait_ms) => {
                    Self { status: DeliveryStatus::Pending, due_at_ms: Some(now_ms.saturating_add(wait_ms)) }
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_survives_its_name() {
        for status in DeliveryStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert_eq!("sent".parse::<DeliveryStatus>(), Err(UnknownDeliveryStatus));
    }

    #[test]
    fn only_2xx_delivers_and_only_410_is_gone() {
        for (status, expect) in [
            (200, Verdict::Delivered),
            (204, Verdict::Delivered),
            (299, Verdict::Delivered),
            (199, Verdict::Failed),
            (301, Verdict::Failed),
            (307, Verdict::Failed),
            (400, Verdict::Failed),
            (404, Verdict::Failed),
            (410, Verdict::Gone),
            (429, Verdict::Failed),
            (500, Verdict::Failed),
            (503, Verdict::Failed),
        ] {
            assert_eq!(judge(status), expect, "{status}");
        }
    }

    #[test]
    fn an_attempt_settles_a_delivery_or_names_the_next() {
        let policy = DeliveryPolicy { waits_ms: vec![100, 1_000], ..DeliveryPolicy::default() };
        let after = |verdict, attempts, retry_after| {
            let Settled { status, due_at_ms } =
                Settled::after(&policy, verdict, attempts, retry_after, 50, u64::MAX);
            (status, due_at_ms)
        };
        use DeliveryStatus::{Delivered, Failed, Pending};
        assert_eq!(after(Verdict::Delivered, 1, None), (Delivered, None));
        assert_eq!(after(Verdict::Gone, 1, None), (Failed, None));
        let (status, due) = after(Verdict::Failed, 1, None);
        assert!(status == Pending && (50..=150).contains(&due.unwrap()), "{due:?}");
        let (_, due) = after(Verdict::Failed, 2, None);
        assert!((150..=1_050).contains(&due.unwrap()), "{due:?}");
        assert_eq!(after(Verdict::Failed, 3, None), (Failed, None), "the schedule is used up");
        assert_eq!(
            after(Verdict::Failed, 3, Some(9)),
            (Failed, None),
            "asking for time does not make it longer"
        );
        assert_eq!(after(Verdict::Failed, 1, Some(5_000)).1, Some(5_050));
    }
}
