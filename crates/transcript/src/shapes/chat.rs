//! A support chat: `messages` (or `comments`, `conversation_parts`) with an author, a text and a moment.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    Side,
    draft::{Draft, Utterance, side_named, side_of},
    field, when,
};

const LISTS: [&str; 5] = [
    "messages",
    "conversation.messages",
    "comments",
    "conversation_parts.conversation_parts",
    "conversation_parts",
];
const AUTHORS: [&str; 6] = ["author", "from", "sender", "user", "role", "name"];
const TEXTS: [&str; 5] = ["text", "body", "content", "message", "plain_body"];
const MOMENTS: [&str; 4] = ["created_at", "timestamp", "sent_at", "date"];

pub(super) fn read(value: &Value) -> Option<Draft<'_>> {
    let messages = field::list(value, &LISTS)?;
    let known = |message: &&Value| text(message).is_some() && field::first(message, &AUTHORS).is_some();
    if !messages.iter().any(|message| known(&message)) {
        return None;
    }
    let moment = |message: &Value| field::first(message, &MOMENTS).and_then(when::unix_ms);
    let began = messages.iter().filter_map(moment).min();
    let mut draft = Draft::default();
    for people in ["participants", "contacts", "users"] {
        draft.add_people(field::list(value, &[people]).unwrap_or_default());
    }
    draft.occurred_at =
        messages.iter().filter_map(|message| field::first(message, &MOMENTS)).find_map(when::moment);
    draft.utterances = messages
        .iter()
        .filter_map(|message| {
            let author = field::first(message, &AUTHORS);
            let name = author.and_then(field::name);
            Some(Utterance {
                side: side(message, author),
                email: author.and_then(|author| {
                    field::email(author).or_else(|| author.as_str().filter(|text| text.contains('@')))
                }),
                id: author
                    .and_then(|author| field::text(author, &["id"]))
                    .or_else(|| field::text(message, &["author_id"])),
                speaker: name,
                start_ms: moment(message).zip(began).and_then(|(at, began)| u64::try_from(at - began).ok()),
                ..Utterance::new(text(message)?)
            })
        })
        .collect();
    Some(draft)
}

/// The text of a message: a string, or the texts of its parts.
fn text(message: &Value) -> Option<Cow<'_, str>> {
    if let Some(text) = field::text(message, &TEXTS) {
        return Some(Cow::Borrowed(text));
    }
    let parts = field::list(message, &["content", "parts"])?;
    let texts: Vec<&str> = parts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
    (!texts.is_empty()).then(|| Cow::Owned(texts.join(" ")))
}

/// The side by the message's own fields, by its author's, or by the author's name where that is a role.
fn side(message: &Value, author: Option<&Value>) -> Side {
    let told = [Some(message), author].into_iter().flatten().map(side_of).find(|side| *side != Side::Unknown);
    told.unwrap_or_else(|| author.and_then(Value::as_str).map(side_named).unwrap_or_default())
}
