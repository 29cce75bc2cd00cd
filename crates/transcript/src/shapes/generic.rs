//! What no shape knows: the list of objects that most looks like speakers and texts, else one text.
//!
//! Careful on purpose: a payload about an invoice has a `description` too, so a list needs speakers in most of its
//! objects, and a lone text is read as one turn of an unknown speaker.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    draft::{Draft, Utterance, side_named, side_of},
    field, when,
};

/// How deep a payload is searched.
const MAX_DEPTH: usize = 4;
/// How many items of a list are looked into for a list inside them.
const MAX_ITEMS: usize = 4;
/// The longest text in front of a colon that is taken for a name, in bytes.
const MAX_NAME: usize = 40;
/// A start beyond ten hours is not in seconds.
const MILLISECONDS_FROM: f64 = 36_000.0;

const SPEAKERS: [&str; 13] = [
    "speaker",
    "speaker_name",
    "speakerName",
    "speaker_label",
    "participant",
    "author",
    "from",
    "sender",
    "role",
    "user",
    "username",
    "name",
    "channel",
];
const TEXTS: [&str; 8] =
    ["text", "content", "message", "body", "transcript", "sentence", "utterance", "value"];
const STARTS: [&str; 7] = ["start", "start_time", "startTime", "begin", "offset", "timestamp", "time"];
const ENDS: [&str; 3] = ["end", "end_time", "endTime"];
/// Fields whose lone text is a conversation, or the note of one; the surest first.
const LONE: [&str; 10] = [
    "transcript",
    "text",
    "body",
    "content",
    "message",
    "notes",
    "note",
    "description",
    "comment",
    "summary",
];

pub(super) fn read(value: &Value) -> Option<Draft<'_>> {
    let mut best: Option<(usize, &[Value])> = None;
    lists(value, MAX_DEPTH, &mut best);
    let mut draft = Draft::default();
    for people in ["participants", "attendees", "parties", "speakers"] {
        draft.add_people(field::list(value, &[people]).unwrap_or_default());
    }
    draft.utterances = match best {
        Some((_, items)) => from_list(items),
        None => from_text(lone_text(value)?),
    };
    Some(draft)
}

/// Keeps the list with the most utterances.
fn lists<'v>(value: &'v Value, depth: usize, best: &mut Option<(usize, &'v [Value])>) {
    match value {
        Value::Array(items) => {
            let spoken = items.iter().filter(|item| speaker(item).is_some() && text(item).is_some()).count();
            if spoken * 2 > items.len() && best.is_none_or(|(most, _)| spoken > most) {
                *best = Some((spoken, items));
            } else if depth > 0 {
                items.iter().take(MAX_ITEMS).for_each(|item| lists(item, depth - 1, best));
            }
        }
        Value::Object(fields) if depth > 0 => {
            fields
                .values()
                .filter(|field| !field.is_string())
                .for_each(|field| lists(field, depth - 1, best));
        }
        _ => {}
    }
}

fn from_list(items: &[Value]) -> Vec<Utterance<'_>> {
    let last = items.iter().filter_map(|item| field::first(item, &STARTS)?.as_f64()).fold(0.0, f64::max);
    let position = |item: &Value, keys: &[&str], ms: [&str; 2]| {
        field::first(item, &ms).and_then(when::millis).or_else(|| {
            let value = field::first(item, keys)?;
            if last > MILLISECONDS_FROM { when::millis(value) } else { when::seconds_or_clock(value) }
        })
    };
    items
        .iter()
        .filter_map(|item| {
            let who = speaker(item);
            let role = who.and_then(Value::as_str).map(side_named).unwrap_or_default();
            let told = [Some(item), who]
                .into_iter()
                .flatten()
                .map(side_of)
                .find(|side| *side != crate::Side::Unknown);
            Some(Utterance {
                speaker: who.and_then(field::name),
                id: who.and_then(|who| field::text(who, &["id"])),
                email: who.and_then(field::email).or_else(|| field::email(item)),
                side: told.unwrap_or(role),
                start_ms: position(item, &STARTS, ["start_ms", "startMs"]),
                end_ms: position(item, &ENDS, ["end_ms", "endMs"]),
                text: text(item)?,
            })
        })
        .collect()
}

fn speaker(item: &Value) -> Option<&Value> {
    field::first(item, &SPEAKERS).filter(|speaker| field::name(speaker).is_some())
}

/// The text of an item, or its words joined.
fn text(item: &Value) -> Option<Cow<'_, str>> {
    if let Some(text) = field::text(item, &TEXTS) {
        return Some(Cow::Borrowed(text));
    }
    let words = field::list(item, &["words"])?;
    let words: Vec<&str> =
        words.iter().filter_map(|word| field::text(word, &["text", "word", "punctuated_word"])).collect();
    (!words.is_empty()).then(|| Cow::Owned(words.join(" ")))
}

/// The shallowest string under one of the lone keys, the surest key first.
fn lone_text(value: &Value) -> Option<&str> {
    let mut level = vec![value];
    for _ in 0..=MAX_DEPTH {
        if let Some(text) =
            LONE.iter().find_map(|key| level.iter().find_map(|value| field::text(value, &[key])))
        {
            return Some(text);
        }
        level = level
            .iter()
            .flat_map(|value| match value {
                Value::Object(fields) => fields.values().filter(|field| field.is_object()).collect(),
                _ => Vec::new(),
            })
            .collect();
    }
    None
}

/// One turn, or one a line where most lines begin with `Name: `.
fn from_text(text: &str) -> Vec<Utterance<'_>> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let voices = lines.iter().filter(|line| named(line, MAX_NAME).is_some()).count();
    if lines.len() < 2 || voices * 5 < lines.len() * 3 {
        return vec![Utterance::new(text)];
    }
    lines
        .into_iter()
        .map(|line| match named(line, MAX_NAME) {
            Some((name, words)) => Utterance {
                speaker: Some(Cow::Borrowed(name)),
                side: side_named(name),
                ..Utterance::new(words)
            },
            None => Utterance::new(line),
        })
        .collect()
}

/// Splits `Name: words`. A name is short, begins with a letter and is no address such as `https:`.
pub(super) fn named(line: &str, longest: usize) -> Option<(&str, &str)> {
    let (name, words) = line.split_once(": ")?;
    let fits = name.len() <= longest
        && name.starts_with(char::is_alphabetic)
        && name.split_whitespace().count() <= 4
        && name.chars().all(|c| c.is_alphanumeric() || " .'’-()".contains(c));
    fits.then(|| (name, words.trim_start()))
}
