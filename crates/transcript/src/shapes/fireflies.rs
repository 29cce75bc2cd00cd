//! Fireflies' transcript: `sentences` with `speaker_name`, `text` and seconds; the organizer's company is ours.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    draft::{Draft, Utterance},
    field, when,
};

pub(super) fn read(value: &Value) -> Option<Draft<'_>> {
    let inner = field::first(value, &["transcript"]).filter(|inner| inner.get("sentences").is_some());
    let value = inner.unwrap_or(value);
    let sentences = field::list(value, &["sentences"])?;
    let first = sentences.first()?;
    first.get("speaker_name").or_else(|| first.get("speaker_id"))?;
    let mut draft = Draft::default();
    draft.roster.add_home(field::text(value, &["organizer_email", "host_email"]));
    for people in ["meeting_attendees", "participants"] {
        draft.add_people(field::list(value, &[people]).unwrap_or_default());
    }
    draft.utterances = sentences
        .iter()
        .filter_map(|sentence| {
            Some(Utterance {
                speaker: sentence
                    .get("speaker_name")
                    .or_else(|| sentence.get("speaker_id"))
                    .and_then(field::name),
                start_ms: sentence.get("start_time").and_then(when::seconds_or_clock),
                end_ms: sentence.get("end_time").and_then(when::seconds_or_clock),
                ..Utterance::new(Cow::Borrowed(field::text(sentence, &["text", "raw_text"])?))
            })
        })
        .collect();
    draft.fill(value);
    Some(draft)
}
