//! The life of an event, and of one step of its processing.
//!
//! ```text
//! received ──► processing ──► processed
//!   ▲ │            │
//!   │ └─────┬──────┘
//!   │       ├──► skipped
//!   ├───────┼──► failed
//!   └───────┴──► dead
//! ```
//!
//! The arrows back are a replay, which only an operator asks for, and a backfill, which also runs again what ended well:
//! either begins another *run* of the event. What a run that
//! is over still has to say is refused by the run's number, not by the status.

use std::{fmt, str::FromStr};

/// Where an event is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventStatus {
    /// In durable storage, and nothing done with it yet.
    Received,
    /// A workflow is at work on it.
    Processing,
    /// All steps are done; its signals can be read.
    Processed,
    /// Nothing here for us to work on; the reason is kept.
    Skipped,
    /// A step gave up; the reason is kept. An operator may replay it.
    Failed,
    /// Retries ran out on its way to a workflow. An operator may replay it.
    Dead,
}

impl EventStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 6] =
        [Self::Received, Self::Processing, Self::Processed, Self::Skipped, Self::Failed, Self::Dead];

    /// The stable name, as stored and as shown on the public surface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Processing => "processing",
            Self::Processed => "processed",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }

    /// Whether nothing happens to the event any more unless an operator replays it.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Processed | Self::Skipped | Self::Failed | Self::Dead)
    }

    /// Whether an event in this status may take `next`.
    ///
    /// A status may always be set again: queues and workflows deliver at least once, and the second delivery of the
    /// same news is no conflict. A settled status is final for its run; only [`EventStatus::replay`] leads out.
    #[must_use]
    pub const fn allows(self, next: Self) -> bool {
        match self {
            Self::Received => !matches!(next, Self::Processed),
            Self::Processing => !matches!(next, Self::Received),
            Self::Processed => matches!(next, Self::Processed),
            Self::Skipped => matches!(next, Self::Skipped),
            Self::Failed => matches!(next, Self::Failed),
            Self::Dead => matches!(next, Self::Dead),
        }
    }

    /// Whether an operator may have the event run again from the start: it ended, and not well.
    #[must_use]
    pub const fn may_replay(self) -> bool {
        matches!(self, Self::Failed | Self::Dead)
    }

    /// Whether a backfill may have the event run again: nothing is at work on it.
    #[must_use]
    pub const fn may_rerun(self) -> bool {
        self.is_settled()
    }

    /// The status with which another run begins.
    ///
    /// # Errors
    /// [`NotReplayable`] unless [`EventStatus::may_replay`].
    pub const fn replay(self) -> Result<Self, NotReplayable> {
        if self.may_replay() { Ok(Self::Received) } else { Err(NotReplayable { status: self }) }
    }

    /// `next`, if this status allows it.
    ///
    /// # Errors
    /// [`ForbiddenTransition`] when [`EventStatus::allows`] says no.
    pub const fn advance(self, next: Self) -> Result<Self, ForbiddenTransition> {
        if self.allows(next) { Ok(next) } else { Err(ForbiddenTransition { from: self, to: next }) }
    }
}

/// An event was told to take a status that its present one does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event that is `{from}` cannot become `{to}`")]
pub struct ForbiddenTransition {
    /// The present status.
    pub from: EventStatus,
    /// The status that was asked for.
    pub to: EventStatus,
}

/// An event cannot be replayed as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event that is `{status}` cannot be replayed; only one that is `failed` or `dead` can")]
pub struct NotReplayable {
    /// The present status.
    pub status: EventStatus,
}

/// Where one step of an event's processing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepStatus {
    /// Not begun.
    Pending,
    /// Begun, and perhaps being retried.
    Running,
    /// Done.
    Succeeded,
    /// Given up; the step's error says why.
    Failed,
    /// Not needed for this event.
    Skipped,
}

impl StepStatus {
    /// Every status, in the order of a step's life.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Running, Self::Succeeded, Self::Failed, Self::Skipped];

    /// The stable name, as stored and as shown on the public surface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// Whether the step has come to its end.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Skipped)
    }
}

/// A stored name that is no status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown status `{given}`; accepted are: {accepted}")]
pub struct UnknownStatus {
    /// What was given.
    pub given: String,
    /// The accepted names, separated by commas.
    pub accepted: String,
}

impl FromStr for EventStatus {
    type Err = UnknownStatus;

    /// # Errors
    /// [`UnknownStatus`] when `given` is no name of [`EventStatus::as_str`].
    fn from_str(given: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == given).ok_or_else(|| UnknownStatus {
            given: given.to_owned(),
            accepted: Self::ALL.map(Self::as_str).join(", "),
        })
    }
}

impl FromStr for StepStatus {
    type Err = UnknownStatus;

    /// # Errors
    /// [`UnknownStatus`] when `given` is no name of [`StepStatus::as_str`].
    fn from_str(given: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == given).ok_or_else(|| UnknownStatus {
            given: given.to_owned(),
            accepted: Self::ALL.map(Self::as_str).join(", "),
        })
    }
}

impl fmt::Display for EventStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for StepStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: from; columns, in the order of `EventStatus::ALL`: to.
    const ALLOWED: [(EventStatus, [u8; 6]); 6] = [
        (EventStatus::Received, [1, 1, 0, 1, 1, 1]),
        (EventStatus::Processing, [0, 1, 1, 1, 1, 1]),
        (EventStatus::Processed, [0, 0, 1, 0, 0, 0]),
        (EventStatus::Skipped, [0, 0, 0, 1, 0, 0]),
        (EventStatus::Failed, [0, 0, 0, 0, 1, 0]),
        (EventStatus::Dead, [0, 0, 0, 0, 0, 1]),
    ];

    #[test]
    fn the_table_of_transitions_is_exactly_this() {
        for (from, row) in ALLOWED {
            for (to, allowed) in EventStatus::ALL.into_iter().zip(row) {
                assert_eq!(from.allows(to), allowed == 1, "{from} to {to}");
                assert_eq!(from.advance(to).is_ok(), allowed == 1);
            }
        }
    }

    #[test]
    fn a_forbidden_transition_names_both_ends() {
        let error = EventStatus::Processed.advance(EventStatus::Received).unwrap_err();
        assert_eq!(error.to_string(), "an event that is `processed` cannot become `received`");
    }

    #[test]
    fn only_what_ended_badly_is_replayed_and_it_begins_anew() {
        for status in EventStatus::ALL {
            let replayable = matches!(status, EventStatus::Failed | EventStatus::Dead);
            assert_eq!(status.replay().ok(), replayable.then_some(EventStatus::Received), "{status}");
        }
        let refusal = EventStatus::Processed.replay().unwrap_err().to_string();
        assert_eq!(
            refusal,
            "an event that is `processed` cannot be replayed; only one that is `failed` or `dead` can"
        );
    }

    #[test]
    fn names_read_back_and_strangers_are_told_the_accepted() {
        for status in EventStatus::ALL {
            assert_eq!(status.to_string().parse(), Ok(status));
        }
        for status in StepStatus::ALL {
            assert_eq!(status.to_string().parse(), Ok(status));
        }
        let error = "done".parse::<StepStatus>().unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown status `done`; accepted are: pending, running, succeeded, failed, skipped"
        );
    }

    #[test]
    fn only_unsettled_events_are_still_on_their_way() {
        let open: Vec<_> = EventStatus::ALL.into_iter().filter(|status| !status.is_settled()).collect();
        assert_eq!(open, [EventStatus::Received, EventStatus::Processing]);
        let open: Vec<_> = StepStatus::ALL.into_iter().filter(|status| !status.is_settled()).collect();
        assert_eq!(open, [StepStatus::Pending, StepStatus::Running]);
    }
}
