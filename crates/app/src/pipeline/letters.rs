//! Making dead letters.

use contracts::Timestamp;
use domain::DeathCause;
use domain::dead_letter::{LETTER_KEPT_MS, pattern};
use ids::{DeadLetterId, EventId};

use super::ids_of;
use crate::ports::{LetterGroup, NewDeadLetter};

/// Bytes of a queue's message that a letter keeps: the message of an event has some two hundred.
const MAX_MESSAGE_BYTES: usize = 16 * 1024;
/// Bytes of each error that a letter keeps.
const MAX_ERROR_BYTES: usize = 8 * 1024;

/// Part of every fingerprint: another way to group gets another.
const GROUPING: &str = "weft.dead_letter.1";

/// How something died.
pub(super) struct Death {
    pub(super) cause: DeathCause,
    pub(super) workflow: Option<String>,
    pub(super) step: Option<String>,
    pub(super) errors: Vec<String>,
    pub(super) attempts: u32,
    pub(super) message: Option<String>,
}

/// The letter of a run of an event.
pub(super) fn letter(event_id: EventId, run: u32, death: Death, now: Timestamp) -> NewDeadLetter {
    written(ids_of::letter_id(now, &[&event_id.to_string(), &run.to_string()]), death, now)
}

/// The letter of a message that says nothing readable, by the queue's own id of it. `sent_at` is part of the letter's
/// id, so that the same message makes the same letter however often it comes.
pub(super) fn letter_of_message(
    message_id: &str,
    sent_at: Timestamp,
    death: Death,
    now: Timestamp,
) -> NewDeadLetter {
    written(ids_of::letter_id(sent_at, &["message", message_id]), death, now)
}

fn written(letter_id: DeadLetterId, death: Death, now: Timestamp) -> NewDeadLetter {
    let Death { cause, workflow, step, errors, attempts, message } = death;
    let group = Some(group_of(cause, workflow.as_deref(), step.as_deref(), &errors));
    NewDeadLetter {
        letter_id,
        group,
        cause,
        workflow,
        step,
        errors: errors.iter().map(|error| cut(error, MAX_ERROR_BYTES)).collect(),
        attempts,
        message: message.map(|message| cut(&message, MAX_MESSAGE_BYTES)),
        dead_at: now,
        expires_at: Timestamp::from_unix_ms(now.unix_ms() + LETTER_KEPT_MS),
    }
}

/// What groups a letter with those that died of the same thing: `errors` are the outermost first, and the innermost is what
/// it died of.
pub(super) fn group_of(
    cause: DeathCause,
    workflow: Option<&str>,
    step: Option<&str>,
    errors: &[String],
) -> LetterGroup {
    let pattern = pattern(errors.last().map_or("", String::as_str));
    let parts = [GROUPING, cause.as_str(), workflow.unwrap_or(""), step.unwrap_or(""), &pattern];
    let fingerprint = ids_of::sha256_hex(serde_json::json!(parts).to_string().as_bytes())[..32].to_owned();
    LetterGroup { fingerprint, pattern }
}

/// The beginning of a text, at most so many bytes, with a mark where something was left out.
fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = (0..=bytes).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    format!("{}… ({} bytes in all)", &text[..end], text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_one_cause_have_one_fingerprint_and_others_another() {
        let of = |step: &str, error: &str| {
            let errors = ["step failed".to_owned(), error.to_owned()];
            group_of(DeathCause::Workflow, Some("weft-call-ingest"), Some(step), &errors).fingerprint
        };
        let first = of("load", "no object `raw/evt_1`");
        assert_eq!(first, of("load", "no object `raw/evt_2`"));
        assert_eq!((first.len(), first.bytes().all(|byte| byte.is_ascii_hexdigit())), (32, true));
        for (step, error) in
            [("store", "no object `raw/evt_1`"), ("load", "no bucket"), ("loa", "dno object `#`")]
        {
            assert_ne!(first, of(step, error), "{step} {error}");
        }
        let silent = |cause| group_of(cause, None, None, &[]).fingerprint;
        assert_ne!(silent(DeathCause::Queue), silent(DeathCause::Unreadable));
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_so() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("aöö", 2), "a… (5 bytes in all)");
        assert_eq!(cut("ö", 0), "… (2 bytes in all)");
    }
}
