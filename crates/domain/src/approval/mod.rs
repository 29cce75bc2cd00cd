//! Proposals to spend money, and the people who decide about them.
//!
//! A [`Proposal`] is checked when it is made; what of it is shown and hashed is its [`canonical`] form; [`judge`] says
//! from the decisions so far whether it is approved, rejected, expired, due for escalation, or still waiting.

mod canonical;
mod judge;
mod money;
mod proposal;

pub use canonical::canonical;
pub use judge::{Choice, Refusal, Standing, UnknownChoice, Verdict, Vote, judge, may_decide};
pub use money::{Money, NotMoney};
pub use proposal::{Draft, DraftEscalation, DraftLine, Escalation, Line, Proposal};

use std::fmt;
use std::str::FromStr;

/// Where an approval is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApprovalStatus {
    /// People are asked.
    Pending,
    /// The quorum approved.
    Approved,
    /// The quorum cannot be reached any more.
    Rejected,
    /// Nobody decided it in time.
    Expired,
    /// Whoever asked took it back.
    Withdrawn,
}

impl ApprovalStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Approved, Self::Rejected, Self::Expired, Self::Withdrawn];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl fmt::Display for ApprovalStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no status of an approval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no status of an approval")]
pub struct UnknownApprovalStatus(pub String);

impl FromStr for ApprovalStatus {
    type Err = UnknownApprovalStatus;

    fn from_str(text: &str) -> Result<Self, UnknownApprovalStatus> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownApprovalStatus(text.into()))
    }
}
