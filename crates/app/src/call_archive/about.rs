//! Whether an archived call is about a contact.

use domain::Contact;
use serde::Deserialize;
use serde_json::Value;

use super::record::Excerpt;

/// What is read of a record.
#[derive(Deserialize)]
struct Read {
    request: Excerpt,
    response: Option<Excerpt>,
}

/// Whether a contact stands in what was asked or answered: its address anywhere, its name as a text of its own. A record
/// that cannot be read is about anybody.
pub(crate) fn is_about(contact: &Contact, record: &[u8]) -> bool {
    let Ok(Read { request, response }) = serde_json::from_slice(record) else { return true };
    [Some(request), response].iter().flatten().any(|said| stands_in(contact, &said.text))
}

fn stands_in(contact: &Contact, text: &str) -> bool {
    if contact.has_email(text.as_bytes()) {
        return true;
    }
    let mut joined = String::new();
    let pieces = match serde_json::from_str::<Value>(text) {
        Ok(whole) => vec![whole],
        // A stream: each event is JSON, and a word may be spread over several.
        Err(_) => text
            .lines()
            .filter_map(|line| serde_json::from_str(line.strip_prefix("data:")?.trim_start()).ok())
            .collect(),
    };
    pieces.iter().any(|piece| has_text(contact, piece, &mut joined)) || contact.is_text(&joined, None)
}

/// Whether any text of a value is what is looked for; gathers those that go on in the next piece of a stream.
fn has_text(contact: &Contact, value: &Value, joined: &mut String) -> bool {
    match value {
        Value::String(text) => contact.is_text(text, None),
        Value::Array(items) => items.iter().any(|item| has_text(contact, item, joined)),
        Value::Object(members) => members.iter().any(|(name, member)| {
            if let (true, Value::String(text)) = (is_said(name), member) {
                joined.push_str(text);
            }
            has_text(contact, member, joined)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Members that a stream brings in pieces, in either form.
fn is_said(name: &str) -> bool {
    matches!(
        name,
        "content" | "text" | "arguments" | "partial_json" | "thinking" | "reasoning_content" | "refusal"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(request: &str, response: Option<&str>, expect: bool) {
        let said = |text: &str| serde_json::json!({ "text": text, "bytes": text.len(), "cut": false });
        let record =
            serde_json::json!({ "id": "aic", "request": said(request), "response": response.map(said) });
        let contact = Contact::new(Some("bo@customer.example"), Some("Bo Tamm"), None).unwrap();
        assert_eq!(is_about(&contact, record.to_string().as_bytes()), expect, "{request} {response:?}");
    }

    #[test]
    fn an_address_is_found_in_requests_answers_and_pieces_of_streams() {
        check(r#"{"messages":[{"content":"write to Bo@customer.example"}]}"#, None, true);
        check(r#"{"messages":[{"content":"write to bo\u0040customer.example"}]}"#, None, true);
        check(r#"{"messages":[{"content":"Bo Tamm"}]}"#, None, true);
        check("{}", Some(r#"{"choices":[{"message":{"content":"ask bo@customer.example"}}]}"#), true);
        let stream = "data: {\"choices\":[{\"delta\":{\"content\":\"bo@cust\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"omer.example.\"}}]}\n\ndata: [DONE]\n\n";
        check("{}", Some(stream), true);
        let events = "event: content_block_delta\ndata: {\"delta\":{\"type\":\"text_delta\",\"text\":\"bo@cu\"}}\n\nevent: content_block_delta\ndata: {\"delta\":{\"type\":\"text_delta\",\"text\":\"stomer.example\"}}\n\n";
        check("{}", Some(events), true);
        check(
            r#"{"messages":[{"content":"write to [EMAIL_1], or to lebo@customer.example"}]}"#,
            Some("{}"),
            false,
        );
    }

    #[test]
    fn what_cannot_be_read_is_about_anybody() {
        let contact = Contact::new(Some("bo@customer.example"), None, None).unwrap();
        assert!(is_about(&contact, b"{"));
    }
}
