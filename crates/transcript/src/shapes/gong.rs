//! Gong's transcript: monologues of sentences by `speakerId`, who is named in a list of `parties`.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    draft::{Draft, Utterance},
    field, when,
};

pub(super) fn read(value: &Value) -> Option<Draft<'_>> {
    let call = field::list(value, &["callTranscripts"]).and_then(<[Value]>::first).unwrap_or(value);
    let monologues = field::list(call, &["transcript"])?;
    field::list(monologues.first()?, &["sentences"])?;
    let mut draft = Draft::default();
    let parties = [value, call].into_iter().find_map(|at| {
        field::list(at, &["parties", "callData.parties", "call.parties"])
            .or_else(|| field::list(field::list(at, &["calls"])?.first()?, &["parties"]))
    });
    let parties = parties.unwrap_or_default();
    draft.add_people(parties);
    for metadata in ["metaData", "callData.metaData", "call.metaData"] {
        if let Some(metadata) = field::first(call, &[metadata]).or_else(|| field::first(value, &[metadata])) {
            draft.fill(metadata);
        }
    }
    draft.utterances = monologues
        .iter()
        .filter_map(|monologue| {
            let sentences = field::list(monologue, &["sentences"])?;
            let id = field::text(monologue, &["speakerId"]);
            let party =
                parties.iter().find(|party| id.is_some() && field::text(party, &["speakerId", "id"]) == id);
            Some(Utterance {
                speaker: party.and_then(field::name).or_else(|| id.map(Cow::Borrowed)),
                id,
                email: party.and_then(field::email),
                start_ms: sentences.first().and_then(|first| first.get("start")).and_then(when::millis),
                end_ms: sentences.last().and_then(|last| last.get("end")).and_then(when::millis),
                ..Utterance::new(joined(sentences))
            })
        })
        .collect();
    Some(draft)
}

/// The sentences as one text.
fn joined(sentences: &[Value]) -> Cow<'_, str> {
    let texts: Vec<&str> = sentences.iter().filter_map(|sentence| sentence.get("text")?.as_str()).collect();
    match texts.as_slice() {
        [only] => Cow::Borrowed(only),
        several => Cow::Owned(several.join(" ")),
    }
}
