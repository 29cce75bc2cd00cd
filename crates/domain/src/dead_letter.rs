//! Work that was given up: why it was, and how long it is remembered.

mod pattern;

use std::{fmt, str::FromStr};

pub use pattern::pattern;

/// How long a dead letter is kept, in milliseconds: 30 days. Its event and the event's bytes stay.
pub const LETTER_KEPT_MS: u64 = 30 * 24 * 3_600_000;

/// Who gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeathCause {
    /// The queue, after the last try to hand an event to its workflow.
    Queue,
    /// The event's workflow, after the last try of a step or since none can succeed.
    Workflow,
    /// Nobody could begin: the queue's message says nothing that this system can read.
    Unreadable,
}

impl DeathCause {
    /// Every cause.
    pub const ALL: [Self; 3] = [Self::Queue, Self::Workflow, Self::Unreadable];

    /// The stable name, as stored and as shown to operators.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Workflow => "workflow",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for DeathCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no cause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown cause `{given}`; accepted are: queue, workflow, unreadable")]
pub struct UnknownCause {
    /// What was given.
    pub given: String,
}

impl FromStr for DeathCause {
    type Err = UnknownCause;

    /// # Errors
    /// [`UnknownCause`] when `given` is no name of [`DeathCause::as_str`].
    fn from_str(given: &str) -> Result<Self, UnknownCause> {
        let found = Self::ALL.into_iter().find(|cause| cause.as_str() == given);
        found.ok_or_else(|| UnknownCause { given: given.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_strangers_are_told_the_accepted() {
        for cause in DeathCause::ALL {
            assert_eq!(cause.to_string().parse(), Ok(cause));
            assert!("x".parse::<DeathCause>().unwrap_err().to_string().contains(cause.as_str()));
        }
    }
}
