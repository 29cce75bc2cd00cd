//! Whether an object's alarm is as it has to be.

/// How an alarm is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmHealth {
    /// Set as it has to be, or needed for nothing.
    Sound,
    /// Its handler is at work, which sets it at its end.
    Ringing,
    /// There is none, and something is due at some time.
    Lost,
    /// It is set to a time after something is due.
    Late,
    /// Its time has long passed, and nobody was called.
    Overdue,
}

impl AlarmHealth {
    /// How much later than what is due an alarm may be: a handler whose store failed looks again after a minute.
    pub const PUT_OFF_MS: u64 = 2 * 60_000;
    /// After how long an alarm that nobody heard counts as overdue: a handler that fails is called again by the platform
    /// at growing intervals, for some two minutes in all.
    pub const OVERDUE_MS: u64 = 5 * 60_000;

    /// Judges an alarm set to `set_ms`, where something is due at `due_ms` at the earliest. `ringing` says that its
    /// handler is at work: it has no time then.
    #[must_use]
    pub const fn of(due_ms: Option<u64>, set_ms: Option<u64>, ringing: bool, now_ms: u64) -> Self {
        let Some(due_ms) = due_ms else { return Self::Sound };
        if ringing {
            return Self::Ringing;
        }
        let Some(set_ms) = set_ms else { return Self::Lost };
        let wanted_ms = if due_ms > now_ms { due_ms } else { now_ms };
        if set_ms > wanted_ms.saturating_add(Self::PUT_OFF_MS) {
            return Self::Late;
        }
        if set_ms.saturating_add(Self::OVERDUE_MS) < now_ms { Self::Overdue } else { Self::Sound }
    }

    /// Whether it has to be set again.
    #[must_use]
    pub const fn needs_setting(self) -> bool {
        matches!(self, Self::Lost | Self::Late | Self::Overdue)
    }
}

#[cfg(test)]
mod tests {
    use super::AlarmHealth::{self, *};

    const MINUTE: u64 = 60_000;
    const NOW: u64 = 1_000 * MINUTE;

    #[test]
    fn an_alarm_is_judged_by_what_is_due() {
        for (due, set, ringing, expect) in [
            (None, None, false, Sound),
            (None, Some(NOW - 100 * MINUTE), false, Sound),
            (Some(NOW + MINUTE), Some(NOW + MINUTE), false, Sound),
            (Some(NOW + MINUTE), Some(NOW), false, Sound),
            (Some(NOW + MINUTE), None, false, Lost),
            (Some(NOW - 100 * MINUTE), None, false, Lost),
            (Some(NOW - 100 * MINUTE), None, true, Ringing),
            (Some(NOW), Some(NOW + 2 * MINUTE), false, Sound),
            (Some(NOW - 50 * MINUTE), Some(NOW + MINUTE), false, Sound),
            (Some(NOW), Some(NOW + 2 * MINUTE + 1), false, Late),
            (Some(NOW + MINUTE), Some(NOW + 100 * MINUTE), false, Late),
            (Some(NOW - 5 * MINUTE), Some(NOW - 5 * MINUTE), false, Sound),
            (Some(NOW - 5 * MINUTE), Some(NOW - 5 * MINUTE - 1), false, Overdue),
        ] {
            assert_eq!(AlarmHealth::of(due, set, ringing, NOW), expect, "{due:?} {set:?} {ringing}");
            assert_eq!(expect.needs_setting(), matches!(expect, Lost | Late | Overdue));
        }
    }
}
