//! What a subscription can ask for, and whether a message is among it.

use domain::SignalKind;

/// The signals of an event were stored.
pub(super) const SIGNALS_CREATED: &str = "signals.created";
/// An event was worked off.
pub(super) const EVENT_PROCESSED: &str = "event.processed";
/// There was nothing to work on in an event.
pub(super) const EVENT_SKIPPED: &str = "event.skipped";
/// An event could not be worked off.
pub(super) const EVENT_FAILED: &str = "event.failed";
/// A rule raised an alert.
pub(super) const ALERT_CREATED: &str = "alert.created";
/// A rule put a task on the list.
pub(super) const TASK_CREATED: &str = "task.created";
/// Every signal.
const ALL_SIGNALS: &str = "*";

/// Every type of message.
pub const MESSAGE_TYPES: [&str; 6] =
    [SIGNALS_CREATED, EVENT_PROCESSED, EVENT_SKIPPED, EVENT_FAILED, ALERT_CREATED, TASK_CREATED];

/// Whether a subscription may ask for it: a kind of signal, a type of message, or `*` for every signal.
pub(super) fn is_known(kind: &str) -> bool {
    kind == ALL_SIGNALS || MESSAGE_TYPES.contains(&kind) || kind.parse::<SignalKind>().is_ok()
}

/// What to choose from, for an error.
pub(super) fn choice() -> String {
    let signals = SignalKind::ALL.map(SignalKind::as_str).join("`, `");
    format!("`*`, `{signals}`, `{}`", MESSAGE_TYPES.join("`, `"))
}

/// Whether a subscription to `kinds` hears of a signal of this kind.
pub(super) fn wants_signal(kinds: &[String], kind: &str) -> bool {
    kinds.iter().any(|wanted| wanted == ALL_SIGNALS || wanted == SIGNALS_CREATED || wanted == kind)
}

/// Whether a subscription to `kinds` hears of a message of this type that is not of signals.
pub(super) fn wants_message(kinds: &[String], message_type: &str) -> bool {
    kinds.iter().any(|wanted| wanted == message_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_types_and_the_star_are_known_and_nothing_else() {
        for kind in ["*", "budget", "churn_risk", "signals.created", "event.failed"] {
            assert!(is_known(kind), "{kind}");
        }
        for kind in ["", "Budget", "budgets", "signal.*", "event", "event.*"] {
            assert!(!is_known(kind), "{kind}");
        }
    }

    #[test]
    fn a_subscription_hears_of_what_it_asked_for() {
        let kinds = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert!(wants_signal(&kinds(&["*"]), "budget"));
        assert!(wants_signal(&kinds(&["signals.created"]), "budget"));
        assert!(wants_signal(&kinds(&["pain", "budget"]), "budget"));
        assert!(!wants_signal(&kinds(&["pain", "event.failed"]), "budget"));
        assert!(!wants_message(&kinds(&["*"]), EVENT_FAILED), "the star is for signals");
        assert!(wants_message(&kinds(&["event.failed"]), EVENT_FAILED));
    }
}
