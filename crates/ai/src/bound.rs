//! How many tokens a call can take at most, before anything is asked.
//!
//! A tokenizer's token is at least one byte of what was sent, and what it adds of its own (a few tokens a message) is
//! less than the JSON around the message. So a request of so many bytes has at most so many tokens. What stands for more
//! than its own bytes is added: an image behind a URL, a document behind an id.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// More than any model writes in one answer, where neither client nor configuration sets a limit.
pub const LARGEST_OUTPUT: u64 = 128_000;
/// More than any provider counts for an image in full detail.
const IMAGE_TOKENS: u64 = 50_000;
/// More than any model can read: a document that is not in the request itself may fill its window.
const DOCUMENT_TOKENS: u64 = 2_000_000;
/// An image or document that lies in the request itself has at most this share of its bytes in tokens; it is counted by
/// its bytes like all the rest, and at least as an image.
const INLINE_PREFIX: &str = "data:";

/// Upper bounds of a call's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBounds {
    /// Of what it sends.
    pub input: u64,
    /// Of one answer, as the client limits it.
    pub output_asked: Option<u64>,
    /// How many answers it asks for.
    pub choices: u64,
}

impl TokenBounds {
    /// Of all its answers, where `most` limits each that the client does not.
    #[must_use]
    pub fn output(&self, most: Option<u64>) -> u64 {
        self.output_asked.or(most).unwrap_or(LARGEST_OUTPUT).saturating_mul(self.choices)
    }
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    image_url: Option<&'a RawValue>,
    #[serde(borrow, default)]
    file: Option<&'a RawValue>,
    #[serde(borrow, default)]
    source: Option<&'a RawValue>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
}

/// What the parts of a message's content stand for beyond their bytes. `content` is the member's text.
pub(crate) fn beyond_bytes(content: &RawValue) -> u64 {
    let Ok(parts) = serde_json::from_str::<Vec<Part<'_>>>(content.get()) else { return 0 };
    parts.iter().map(beyond).fold(0, u64::saturating_add)
}

fn beyond(part: &Part<'_>) -> u64 {
    match &*part.kind {
        "image_url" | "input_image" | "image" => IMAGE_TOKENS,
        "file" | "document" | "input_file" => {
            let inside = |value: &&RawValue| {
                let text = value.get();
                text.contains("file_data") || text.contains("\"base64\"") || text.contains(INLINE_PREFIX)
            };
            // A page of a document that is sent along may be read as an image too.
            let inline = part.file.as_ref().is_some_and(inside) || part.source.as_ref().is_some_and(inside);
            if inline { IMAGE_TOKENS * 10 } else { DOCUMENT_TOKENS }
        }
        // A tool's result holds parts of its own.
        "tool_result" => part.content.map_or(0, beyond_bytes),
        _ if part.image_url.is_some() => IMAGE_TOKENS,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_more_than_its_bytes_is_counted_as_more() {
        let check = |json: &str, expect: u64| {
            let raw = RawValue::from_string(json.to_owned()).unwrap();
            assert_eq!(beyond_bytes(&raw), expect, "{json}");
        };
        check("\"hello\"", 0);
        check(r#"[{"type":"text","text":"an image_url"}]"#, 0);
        check(r#"[{"type":"image_url","image_url":{"url":"https://a.example/b.png"}}]"#, IMAGE_TOKENS);
        check(r#"[{"type":"file","file":{"file_id":"f1"}}]"#, DOCUMENT_TOKENS);
        check(
            r#"[{"type":"file","file":{"file_data":"data:application/pdf;base64,AA"}}]"#,
            IMAGE_TOKENS * 10,
        );
        check(r#"[{"type":"document","source":{"type":"url","url":"https://a.example"}}]"#, DOCUMENT_TOKENS);
        check(
            r#"[{"type":"tool_result","content":[{"type":"image","source":{}},{"type":"image","source":{}}]}]"#,
            2 * IMAGE_TOKENS,
        );
    }

    #[test]
    fn an_answer_is_bounded_by_the_client_then_by_the_configuration_then_by_what_models_write() {
        let bounds = |output_asked, choices| TokenBounds { input: 1, output_asked, choices };
        assert_eq!(bounds(Some(10), 3).output(Some(5)), 30);
        assert_eq!(bounds(None, 2).output(Some(5)), 10);
        assert_eq!(bounds(None, 1).output(None), LARGEST_OUTPUT);
    }
}
