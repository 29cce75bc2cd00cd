//! Which workflows a tenant may start and watch, and the life of a run of one.

use std::fmt;
use std::str::FromStr;

/// A workflow by its public name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkflowKind {
    /// A report on an account is made.
    AccountReport,
    /// Events of a range run again.
    Backfill,
    /// A proposal waits for people's decisions.
    SpendApproval,
    /// A provider's list of past calls is walked.
    Sync,
}

impl WorkflowKind {
    /// Every workflow.
    pub const ALL: [Self; 4] = [Self::AccountReport, Self::Backfill, Self::SpendApproval, Self::Sync];

    /// Its public name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountReport => "account_report",
            Self::Backfill => "backfill",
            Self::SpendApproval => "spend_approval",
            Self::Sync => "sync",
        }
    }
}

impl fmt::Display for WorkflowKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no workflow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no workflow of this version")]
pub struct UnknownWorkflow(pub String);

impl FromStr for WorkflowKind {
    type Err = UnknownWorkflow;

    fn from_str(text: &str) -> Result<Self, UnknownWorkflow> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownWorkflow(text.into()))
    }
}

/// Where a run is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunStatus {
    /// On record, and not begun.
    Accepted,
    /// At work, asleep, or waiting for a person.
    Running,
    /// Held by an operator.
    Paused,
    /// It did what it was for.
    Completed,
    /// A step failed for good.
    Failed,
    /// Ended from outside.
    Terminated,
}

impl RunStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 6] =
        [Self::Accepted, Self::Running, Self::Paused, Self::Completed, Self::Failed, Self::Terminated];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Terminated => "terminated",
        }
    }

    /// Whether nothing more happens by itself.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Terminated)
    }

    /// Whether a run of this status may take `next`. An end stays; a repeated write changes nothing and is allowed.
    #[must_use]
    pub fn allows(self, next: Self) -> bool {
        self == next || (!self.has_ended() && next != Self::Accepted)
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no status of a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no status of a run")]
pub struct UnknownRunStatus(pub String);

impl FromStr for RunStatus {
    type Err = UnknownRunStatus;

    fn from_str(text: &str) -> Result<Self, UnknownRunStatus> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownRunStatus(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for kind in WorkflowKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        for status in RunStatus::ALL {
            assert_eq!(status.to_string().parse(), Ok(status));
        }
        assert!("call".parse::<WorkflowKind>().is_err() && "done".parse::<RunStatus>().is_err());
    }

    #[test]
    fn an_end_is_final_and_nothing_goes_back_to_accepted() {
        for status in RunStatus::ALL {
            for next in RunStatus::ALL.into_iter().filter(|next| *next != status) {
                let allowed = status.allows(next);
                assert_eq!(allowed, !status.has_ended() && next != RunStatus::Accepted, "{status} {next}");
            }
            assert!(status.allows(status));
        }
    }
}
