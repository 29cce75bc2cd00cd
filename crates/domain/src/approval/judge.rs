//! What decisions amount to.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::Proposal;

/// What an approver says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

impl Choice {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no choice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither `approve` nor `reject`")]
pub struct UnknownChoice(pub String);

impl FromStr for Choice {
    type Err = UnknownChoice;

    fn from_str(text: &str) -> Result<Self, UnknownChoice> {
        [Self::Approve, Self::Reject]
            .into_iter()
            .find(|choice| choice.as_str() == text)
            .ok_or_else(|| UnknownChoice(text.into()))
    }
}

/// One person's decision about the proposal as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Who.
    pub approver: String,
    /// What.
    pub choice: Choice,
}

/// How a proposal stands. Times are Unix milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// What is asked.
    pub proposal: &'a Proposal,
    /// Since when it is asked: its creation or its last revision.
    pub asked_at: u64,
    /// How many escalations have happened.
    pub level: u32,
}

/// What is to be done about a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The quorum approved.
    Approved,
    /// Of those asked, too few are left for the quorum.
    Rejected,
    /// Its time is over.
    Expired,
    /// More people are to be asked, up to this escalation.
    Escalate {
        /// How many escalations have happened then.
        level: u32,
    },
    /// Nothing, until somebody decides or this time comes.
    Wait {
        /// Unix milliseconds.
        until: u64,
    },
}

/// Why someone may not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// They are not asked.
    NotAsked,
    /// Its time is over.
    Expired,
}

impl Standing<'_> {
    /// When it expires.
    #[must_use]
    pub fn expires_at(&self) -> u64 {
        self.asked_at + u64::from(self.proposal.expires_after_s) * 1000
    }

    fn escalates_at(&self) -> Option<u64> {
        let next = self.proposal.escalations.get(self.level as usize)?;
        Some(self.asked_at + u64::from(next.after_s) * 1000)
    }
}

/// Whether `approver` may decide at `now`.
///
/// # Errors
/// [`Refusal`].
pub fn may_decide(standing: &Standing<'_>, approver: &str, now: u64) -> Result<(), Refusal> {
    if now >= standing.expires_at() {
        return Err(Refusal::Expired);
    }
    let asked = standing.proposal.asked(standing.level).any(|asked| asked == approver);
    if asked { Ok(()) } else { Err(Refusal::NotAsked) }
}

/// What the votes amount to at `now`. Of each person the first vote counts, and only of those who are asked. Their order
/// makes no other difference. What was decided in time holds even if it is judged late.
#[must_use]
pub fn judge(standing: &Standing<'_>, votes: &[Vote], now: u64) -> Verdict {
    let mut first: BTreeMap<&str, Choice> = BTreeMap::new();
    for vote in votes {
        first.entry(&vote.approver).or_insert(vote.choice);
    }
    let (mut asked, mut approved, mut rejected) = (0_u32, 0_u32, 0_u32);
    for person in standing.proposal.asked(standing.level) {
        asked += 1;
        match first.get(person) {
            Some(Choice::Approve) => approved += 1,
            Some(Choice::Reject) => rejected += 1,
            None => {}
        }
    }
    let quorum = standing.proposal.quorum;
    if approved >= quorum {
        return Verdict::Approved;
    }
    if asked - rejected < quorum {
        return Verdict::Rejected;
    }
    let expires_at = standing.expires_at();
    if now >= expires_at {
        return Verdict::Expired;
    }
    match standing.escalates_at() {
        Some(at) if now >= at => Verdict::Escalate { level: standing.level + 1 },
        Some(at) => Verdict::Wait { until: at.min(expires_at) },
        None => Verdict::Wait { until: expires_at },
    }
}

#[cfg(test)]
mod tests;
