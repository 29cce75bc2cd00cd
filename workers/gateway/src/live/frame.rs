//! What the feed says, in the words of WebSockets and of server-sent events.

use std::borrow::Cow;

use contracts::pipeline::live::CONTROL;
use serde::Deserialize;

/// A text from the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Where the customer is: an entry's id.
    Hello(&'a str),
    /// What was asked to go on from is no longer there; JSON.
    Gap(&'a str),
    /// The feed waits to hear that all before this was taken.
    Checkpoint,
    /// An entry; JSON.
    Entry(&'a str),
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    r#type: Cow<'a, str>,
}

impl<'a> Frame<'a> {
    /// Reads a text. A control that this version does not know is nothing.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Self> {
        let Some(control) = text.strip_prefix(CONTROL) else { return Some(Self::Entry(text)) };
        let (name, rest) = control.split_once(' ').unwrap_or((control, ""));
        match name {
            "hello" => Some(Self::Hello(rest)),
            "gap" => Some(Self::Gap(rest)),
            "checkpoint" => Some(Self::Checkpoint),
            _ => None,
        }
    }

    /// As a WebSocket's message; none where the customer is told nothing.
    #[must_use]
    pub fn message(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Entry(json) => Some(Cow::Borrowed(json)),
            Self::Hello(id) => Some(Cow::Owned(format!(r#"{{"type":"hello","id":"{id}"}}"#))),
            Self::Gap(json) => Some(Cow::Owned(format!(r#"{{"type":"gap","data":{json}}}"#))),
            Self::Checkpoint => None,
        }
    }

    /// As a server-sent event; none where the customer is told nothing. JSON has no line breaks of its own, so one line
    /// holds it.
    #[must_use]
    pub fn event(self) -> Option<String> {
        match self {
            Self::Entry(json) => {
                let head: Head<'_> = serde_json::from_str(json).ok()?;
                Some(format!("id: {}\nevent: {}\ndata: {json}\n\n", head.id, head.r#type))
            }
            // The id alone: a client that reconnects before the first entry goes on from here.
            Self::Hello(id) => {
                Some(format!("retry: 2000\nid: {id}\nevent: hello\ndata: {{\"id\":\"{id}\"}}\n\n"))
            }
            Self::Gap(json) => Some(format!("event: gap\ndata: {json}\n\n")),
            Self::Checkpoint => None,
        }
    }
}

/// The last event of a stream that we end.
#[must_use]
pub fn last_event(code: &str, detail: &str) -> String {
    let data = serde_json::json!({ "code": code, "detail": detail });
    format!("event: error\ndata: {data}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str =
        r#"{"id":"e-7","type":"signal.created","at":"2026-11-22T07:00:00.000Z","data":{"q":"a\nb"}}"#;

    #[test]
    fn texts_are_read_for_what_they_are() {
        assert_eq!(Frame::read(ENTRY), Some(Frame::Entry(ENTRY)));
        assert_eq!(Frame::read("!hello e-7"), Some(Frame::Hello("e-7")));
        assert_eq!(Frame::read("!gap {}"), Some(Frame::Gap("{}")));
        assert_eq!(Frame::read("!checkpoint e-7"), Some(Frame::Checkpoint));
        assert_eq!(Frame::read("!news 1"), None);
    }

    #[test]
    fn an_entry_is_one_event_with_its_id_and_type() {
        let event = Frame::Entry(ENTRY).event().unwrap();
        assert_eq!(event, format!("id: e-7\nevent: signal.created\ndata: {ENTRY}\n\n"));
        assert_eq!(event.lines().count(), 4, "no line break of the data's own");
        assert_eq!(Frame::Entry(ENTRY).message().as_deref(), Some(ENTRY));
    }

    #[test]
    fn customers_hear_of_gaps_and_never_of_checkpoints() {
        let gap = Frame::Gap(r#"{"asked":"e-1","resumes_at":"e-9"}"#);
        assert!(gap.message().unwrap().contains(r#""type":"gap","data":{"asked":"e-1""#));
        assert!(gap.event().unwrap().starts_with("event: gap\n"));
        assert_eq!((Frame::Checkpoint.message(), Frame::Checkpoint.event()), (None, None));
    }
}
