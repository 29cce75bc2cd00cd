//! Zoom's transcript timeline: `transcript.timeline` with `users`, `ts` and `end_ts`. It tells no sides, so they
//! follow from the host's address.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    draft::{Draft, Utterance},
    field, when,
};

pub(super) fn read(value: &Value) -> Option<Draft<'_>> {
    let timeline = field::list(value, &["transcript.timeline", "object.transcript.timeline", "timeline"])?;
    timeline.first()?.get("users")?;
    let mut draft = Draft::default();
    draft.roster.add_home(field::text(value, &["host_email", "object.host_email"]));
    let mut met = std::collections::BTreeSet::new();
    for line in timeline {
        let user = line.get("users").and_then(|users| users.get(0));
        let (name, email) = (user.and_then(field::name), user.and_then(field::email));
        if let Some(text) = line.get("text").and_then(Value::as_str) {
            if met.insert((name.clone(), email)) {
                draft.roster.add(None, name.as_deref(), email, crate::Side::Unknown);
            }
            draft.utterances.push(Utterance {
                speaker: name,
                email,
                start_ms: line.get("ts").and_then(when::seconds_or_clock),
                end_ms: line.get("end_ts").and_then(when::seconds_or_clock),
                ..Utterance::new(Cow::Borrowed(text))
            });
        }
    }
    Some(draft)
}
