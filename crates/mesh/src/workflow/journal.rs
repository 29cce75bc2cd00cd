//! The journal: what a workflow did, by position, kept beside the engine's records by name.
//!
//! The engine finds a record by a step's name, so a step that is renamed, moved or removed would run again, or not at
//! all, without anyone noticing. Each position of a branch therefore has an entry of its own, written before the
//! step's body runs and compared before it could run again.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The names of the journal's own steps begin so.
pub(super) const PREFIX: &str = "journal ";

/// What is done at one position of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Entry {
    /// A step.
    Step { name: String },
    /// A sleep. Its length is the one that it began with, whatever the code says later.
    Sleep { name: String, ms: u64 },
    /// A wait for an event, with the timeout that it began with.
    Event { name: String, event: String, ms: u64 },
    /// A branch begins.
    Branch { name: String },
    /// The branch came to its end while it was replayed.
    End,
}

impl Entry {
    pub(super) fn encode(&self) -> String {
        // Names and numbers: nothing in it can fail to encode. An empty entry would read as another and halt the run.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the record says, if the code still does the same at this position.
    pub(super) fn agree(&self, recorded: &str, position: &str) -> Result<Self, CodeChanged> {
        let changed = |recorded: String| CodeChanged::Sequence {
            position: position.to_owned(),
            recorded,
            found: self.to_string(),
        };
        let recorded: Self = serde_json::from_str(recorded).map_err(|_| changed(format!("`{recorded}`")))?;
        if recorded.identity() == self.identity() { Ok(recorded) } else { Err(changed(recorded.to_string())) }
    }

    /// How long a sleep or a wait takes at most; nothing for the rest.
    pub(super) fn length(&self) -> Duration {
        match self {
            Self::Sleep { ms, .. } | Self::Event { ms, .. } => Duration::from_millis(*ms),
            Self::Step { .. } | Self::Branch { .. } | Self::End => Duration::ZERO,
        }
    }

    fn identity(&self) -> (u8, &str, &str) {
        match self {
            Self::Step { name } => (0, name, ""),
            Self::Sleep { name, .. } => (1, name, ""),
            Self::Event { name, event, .. } => (2, name, event),
            Self::Branch { name } => (3, name, ""),
            Self::End => (4, "", ""),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step { name } => write!(f, "step `{name}`"),
            Self::Sleep { name, .. } => write!(f, "sleep `{name}`"),
            Self::Event { name, event, .. } => write!(f, "wait `{name}` for event `{event}`"),
            Self::Branch { name } => write!(f, "branch `{name}`"),
            Self::End => write!(f, "nothing more"),
        }
    }
}

/// The code no longer fits what a running instance has on record. It ends the instance as errored, before a step's
/// body runs that should not, and nothing is undone: the undos, too, are the new code's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CodeChanged {
    /// A step, sleep, wait or branch was renamed, moved, added or removed.
    #[error(
        "the code changed under a running instance: at position `{position}` it has {recorded} on record, and the \
         code now does {found}; deploy code that does as recorded, or restart the instance"
    )]
    Sequence {
        /// The position, from 0, after the branches that it is in.
        position: String,
        /// What is on record there.
        recorded: String,
        /// What the code does there now.
        found: String,
    },
    /// A step's output has another type.
    #[error(
        "the code changed under a running instance: the recorded output of step `{step}` no longer fits: {problem}; \
         deploy code that reads it, or restart the instance"
    )]
    Shape {
        /// The step.
        step: String,
        /// What does not fit: a field that would be lost, or what cannot be read.
        problem: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_agree_by_kind_name_and_event_and_not_by_length() {
        let step = |name: &str| Entry::Step { name: name.into() };
        let sleep = |name: &str, ms| Entry::Sleep { name: name.into(), ms };
        let wait = |event: &str| Entry::Event { name: "w".into(), event: event.into(), ms: 5 };
        for (recorded, now, agree) in [
            (step("a"), step("a"), true),
            (step("a"), step("b"), false),
            (step("a"), sleep("a", 1), false),
            (sleep("a", 1), sleep("a", 2), true),
            (wait("x"), wait("x"), true),
            (wait("x"), wait("y"), false),
            (Entry::End, step("a"), false),
            (Entry::End, Entry::End, true),
        ] {
            let outcome = now.agree(&recorded.encode(), "left/3");
            assert_eq!(outcome.is_ok(), agree, "{recorded} / {now}");
            match outcome {
                Ok(kept) => assert_eq!(kept, recorded, "the record counts, not the code"),
                Err(change) => {
                    let text = change.to_string();
                    assert!(text.contains("`left/3`") && text.contains(&recorded.to_string()), "{text}");
                }
            }
        }
        assert!(step("a").agree("not an entry", "0").is_err());
    }
}
