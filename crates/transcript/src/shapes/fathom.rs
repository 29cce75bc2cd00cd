//! Fathom's "new meeting content ready": `transcript` with `speaker.display_name`, sides in `calendar_invitees`.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    Side,
    draft::{Draft, Utterance},
    field, when,
};

pub(super) fn read(value: &Value) -> Option<Draft<'_>> {
    let lines = field::list(value, &["transcript"])?;
    field::text(lines.first()?, &["speaker.display_name"])?;
    let mut draft = Draft::default();
    draft.add_people(field::list(value, &["calendar_invitees"]).unwrap_or_default());
    if let Some(recorder) = value.get("recorded_by") {
        draft.roster.add(None, field::name(recorder).as_deref(), field::email(recorder), Side::Internal);
    }
    draft.title = field::text(value, &["meeting_title", "title"]);
    draft.utterances = lines
        .iter()
        .filter_map(|line| {
            Some(Utterance {
                speaker: line.get("speaker").and_then(field::name),
                email: line.get("speaker").and_then(field::email),
                start_ms: line.get("timestamp").and_then(when::seconds_or_clock),
                ..Utterance::new(Cow::Borrowed(line.get("text")?.as_str()?))
            })
        })
        .collect();
    Some(draft)
}
