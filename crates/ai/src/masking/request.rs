//! Which texts of a request are looked through.

use serde_json::value::RawValue;

use super::kinds::Kinds;
use super::masked::{Masked, rewrite};
use crate::fields::Fields;

/// Members of a conversation that are names, links and data: changed, they would not work.
const KEPT: [&str; 17] = [
    "cache_control",
    "data",
    "encrypted_content",
    "file_data",
    "file_id",
    "format",
    "id",
    "media_type",
    "name",
    "role",
    "signature",
    "source",
    "tool_call_id",
    "tool_use_id",
    "type",
    "url",
    "image_url",
];

/// The body of a chat with what is found in its messages and its system prompt put aside; `None` where nothing is.
#[must_use]
pub fn mask_chat(body: &[u8], kinds: &Kinds) -> Option<(Vec<u8>, Masked)> {
    mask(body, &["system", "messages"], kinds)
}

/// The same of texts that become vectors, which never come back.
#[must_use]
pub fn mask_texts(body: &[u8], kinds: &Kinds) -> Option<(Vec<u8>, Masked)> {
    mask(body, &["input"], kinds)
}

fn mask(body: &[u8], members: &[&str], kinds: &Kinds) -> Option<(Vec<u8>, Masked)> {
    if kinds.is_empty() {
        return None;
    }
    let mut fields = Fields::parse(body).ok()?;
    let mut masked = Masked::beside(std::str::from_utf8(body).ok()?);
    for member in members {
        let Some(raw) = fields.raw(member) else { continue };
        if let Some(changed) = masked_value(raw, member, kinds, &mut masked) {
            fields.set(member, &changed);
        }
    }
    (!masked.is_empty()).then(|| (fields.to_vec(), masked))
}

fn masked_value(raw: &RawValue, member: &str, kinds: &Kinds, masked: &mut Masked) -> Option<Box<RawValue>> {
    rewrite(raw, member, &mut |text, member| {
        if KEPT.contains(&member) { None } else { masked.mask(text, kinds) }
    })
}

#[cfg(test)]
mod tests {
    use super::super::kinds::Kind;
    use super::*;

    fn masked(body: &str) -> Option<String> {
        mask_chat(body.as_bytes(), &Kinds::of(Kind::ALL)).map(|(body, _)| String::from_utf8(body).unwrap())
    }

    #[test]
    fn texts_are_looked_through_and_names_links_and_data_are_not() {
        let body = concat!(
            r#"{"model":"a@example.com","system":[{"type":"text","text":"I am bo@example.com"}],"messages":[{"role":"user","name":"a@example.com","content":[{"type":"text","text":"ask a@example.com"},"#,
            r#"{"type":"image_url","image_url":{"url":"data:image/png;base64,4111111111111111"}}]},"#,
            r#"{"role":"assistant","content":null,"tool_calls":[{"id":"a@example.com","type":"function","function":{"name":"f","arguments":"{\"to\":\"a@example.com\"}"}}]}],"temperature":1.0}"#
        );
        let out = masked(body).unwrap();
        let expect = body
            .replace("I am bo@example.com", "I am [EMAIL_1]")
            .replace("ask a@example.com", "ask [EMAIL_2]")
            .replace(r#"{\"to\":\"a@example.com\"}"#, r#"{\"to\":\"[EMAIL_2]\"}"#);
        assert_eq!(out, expect);
        assert_eq!(masked(r#"{"model":"m","messages":[{"role":"user","content":"hello"}]}"#), None);
        assert!(mask_chat(body.as_bytes(), &Kinds::default()).is_none());
    }

    #[test]
    fn a_link_within_a_text_and_texts_to_embed_are_looked_through() {
        let body = r#"{"model":"m","input":["see a@example.com","b"]}"#;
        let (out, masked) = mask_texts(body.as_bytes(), &Kinds::of([Kind::Email])).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), body.replace("a@example.com", "[EMAIL_1]"));
        assert_eq!(masked.counts().collect::<Vec<_>>(), [(Kind::Email, 1)]);
    }
}
