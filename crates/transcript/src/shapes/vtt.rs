//! WebVTT in a string: cues with `<v Speaker>` or `Speaker: `. Cues of one speaker in a row make one turn, since
//! captions are cut where the line is full, not where the sentence ends.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    draft::{Draft, Utterance},
    when,
};

/// How deep a payload is searched for the string.
const MAX_DEPTH: usize = 4;

/// The longest text in front of a colon that is taken for a name, in bytes.
const MAX_NAME: usize = 60;

pub(super) fn read(value: &Value) -> Option<Draft<'_>> {
    let text = find(value, MAX_DEPTH)?;
    let utterances = cues(text);
    (!utterances.is_empty()).then(|| Draft { utterances, ..Draft::default() })
}

fn find(value: &Value, depth: usize) -> Option<&str> {
    match value {
        Value::String(text) => {
            let text = text.trim_start_matches(['\u{FEFF}', ' ', '\n', '\r']);
            text.starts_with("WEBVTT").then_some(text)
        }
        Value::Object(fields) if depth > 0 => fields.values().find_map(|field| find(field, depth - 1)),
        Value::Array(items) if depth > 0 => items.iter().take(8).find_map(|item| find(item, depth - 1)),
        _ => None,
    }
}

fn cues(text: &str) -> Vec<Utterance<'_>> {
    let mut said: Vec<Utterance<'_>> = Vec::new();
    let mut times = None;
    for line in text.lines().map(str::trim) {
        if let Some((start, rest)) = line.split_once("-->") {
            let end = rest.split_whitespace().next().unwrap_or_default();
            times = Some((when::clock(start), when::clock(end)));
        } else if line.is_empty() {
            times = None;
        } else if let Some((start_ms, end_ms)) = times {
            let (speaker, text) = voice(line);
            match said.last_mut() {
                // A line without a name goes on with the speaker before it.
                Some(last) if speaker.is_none() || last.speaker.as_deref() == speaker => {
                    last.text.to_mut().push(' ');
                    last.text.to_mut().push_str(&text);
                    last.end_ms = end_ms;
                }
                _ => said.push(Utterance {
                    speaker: speaker.map(Cow::Borrowed),
                    start_ms,
                    end_ms,
                    ..Utterance::new(text)
                }),
            }
        }
    }
    said
}

/// The speaker and the words of a line of a cue.
fn voice(line: &str) -> (Option<&str>, Cow<'_, str>) {
    let (speaker, words) = if let Some(rest) = line.strip_prefix("<v") {
        match rest.split_once('>') {
            // `<v.loud Name>`: classes come before the name.
            Some((name, words)) => (name.split_once(' ').map(|(_, name)| name.trim()), words),
            None => (None, line),
        }
    } else {
        match super::generic::named(line, MAX_NAME) {
            Some((name, words)) => (Some(name), words),
            None => (None, line),
        }
    };
    (speaker.filter(|name| !name.is_empty()), untagged(words))
}

/// `words` without tags such as `</v>`, `<i>` or `<00:00:01.000>`.
fn untagged(words: &str) -> Cow<'_, str> {
    if !words.contains('<') {
        return Cow::Borrowed(words);
    }
    let mut plain = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, tagged)) = rest.split_once('<') {
        plain.push_str(before);
        match tagged.split_once('>') {
            Some((_, after)) => rest = after,
            None => {
                plain.push('<');
                rest = tagged;
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}
