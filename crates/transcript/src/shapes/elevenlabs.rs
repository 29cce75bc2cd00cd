//! ElevenLabs' conversation: `transcript` of `role` and `message`, seconds into the call. The agent is ours.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    draft::{Draft, Utterance, side_named},
    field, when,
};

pub(super) fn read(value: &Value) -> Option<Draft<'_>> {
    let lines = field::list(value, &["transcript"])?;
    let first = lines.first()?;
    first.get("role")?.as_str()?;
    first.get("message")?;
    let mut draft = Draft {
        title: field::text(value, &["metadata.title", "analysis.call_summary_title"]),
        occurred_at: field::first(value, &["metadata.start_time_unix_secs"]).and_then(when::moment),
        language: field::text(value, &["metadata.main_language"]),
        ..Draft::default()
    };
    draft.utterances = lines
        .iter()
        .filter_map(|line| {
            let role = field::text(line, &["role"]).unwrap_or_default();
            Some(Utterance {
                speaker: (!role.is_empty()).then_some(Cow::Borrowed(role)),
                side: side_named(role),
                start_ms: line.get("time_in_call_secs").and_then(when::seconds_or_clock),
                // A tool call has no message.
                ..Utterance::new(Cow::Borrowed(line.get("message")?.as_str()?))
            })
        })
        .collect();
    Some(draft)
}
