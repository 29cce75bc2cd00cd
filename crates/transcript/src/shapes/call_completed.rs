//! Our own `call.completed`: `data.turns` with `speaker`, `text` and milliseconds, sides in `data.participants`.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    draft::{Draft, Utterance, side_of},
    field, when,
};

pub(super) fn read(value: &Value) -> Option<Draft<'_>> {
    let turns = field::list(value, &["turns"])?;
    let texts = turns.iter().filter(|turn| turn.get("text").is_some_and(Value::is_string)).count();
    if texts == 0 && !turns.is_empty() {
        return None;
    }
    let mut draft = Draft::default();
    draft.add_people(field::list(value, &["participants"]).unwrap_or_default());
    draft.utterances = turns
        .iter()
        .filter_map(|turn| {
            let speaker = turn.get("speaker");
            Some(Utterance {
                speaker: speaker.and_then(field::name),
                id: None,
                email: speaker.and_then(field::email),
                side: side_of(turn),
                start_ms: turn.get("start_ms").and_then(when::millis),
                end_ms: turn.get("end_ms").and_then(when::millis),
                text: Cow::Borrowed(turn.get("text")?.as_str()?),
            })
        })
        .collect();
    Some(draft)
}
