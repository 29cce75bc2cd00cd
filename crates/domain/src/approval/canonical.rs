//! What of a proposal is shown and hashed: JSON in the one form of RFC 8785, so that anyone can compute its hash anew.
//!
//! It names the approval and the revision, so that a decision about one text is never taken for one about another, or
//! about the same text asked at another time.

use std::fmt::Write;

use super::Proposal;

/// The canonical JSON of a proposal: members sorted by name, no space, the shortest escapes. `asked` is the approval and
/// the revision; without it, it is the proposal alone.
#[must_use]
pub fn canonical(asked: Option<(&str, u32)>, proposal: &Proposal) -> String {
    let mut json = Json::default();
    json.open('{');
    json.text("amount", &proposal.amount.to_string());
    if let Some((approval_id, _)) = asked {
        json.text("approval_id", approval_id);
    }
    json.texts("approvers", &proposal.approvers);
    json.text("currency", proposal.amount.currency());
    json.name("escalations");
    json.open('[');
    for escalation in &proposal.escalations {
        json.item();
        json.open('{');
        json.number("after_seconds", escalation.after_s);
        json.texts("approvers", &escalation.approvers);
        json.close('}');
    }
    json.close(']');
    json.number("expires_after_seconds", proposal.expires_after_s);
    if let Some(justification) = &proposal.justification {
        json.text("justification", justification);
    }
    json.name("lines");
    json.open('[');
    for line in &proposal.lines {
        json.item();
        json.open('{');
        json.text("amount", &line.amount.to_string());
        json.text("description", &line.description);
        json.close('}');
    }
    json.close(']');
    json.number("quorum", proposal.quorum);
    json.text("requester", &proposal.requester);
    if let Some((_, revision)) = asked {
        json.number("revision", revision);
    }
    json.text("title", &proposal.title);
    json.close('}');
    json.text
}

/// JSON in the making. Members come in the order in which they are named.
#[derive(Default)]
struct Json {
    text: String,
}

impl Json {
    fn open(&mut self, bracket: char) {
        self.text.push(bracket);
    }

    fn close(&mut self, bracket: char) {
        self.text.push(bracket);
    }

    /// A comma, except after an opening bracket.
    fn item(&mut self) {
        if !self.text.ends_with(['{', '[']) {
            self.text.push(',');
        }
    }

    fn name(&mut self, name: &str) {
        self.item();
        self.quote(name);
        self.text.push(':');
    }

    fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.quote(value);
    }

    fn number(&mut self, name: &str, value: u32) {
        self.name(name);
        self.text.push_str(&value.to_string());
    }

    fn texts(&mut self, name: &str, values: &[String]) {
        self.name(name);
        self.open('[');
        for value in values {
            self.item();
            self.quote(value);
        }
        self.close(']');
    }

    /// RFC 8785, section 3.2.2.2.
    fn quote(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\u{8}' => self.text.push_str("\\b"),
                '\t' => self.text.push_str("\\t"),
                '\n' => self.text.push_str("\\n"),
                '\u{c}' => self.text.push_str("\\f"),
                '\r' => self.text.push_str("\\r"),
                control if control < '\u{20}' => {
                    // A `String` takes whatever is written to it.
                    let _ = write!(self.text, "\\u{:04x}", u32::from(control));
                }
                other => self.text.push(other),
            }
        }
        self.text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Draft, DraftEscalation, DraftLine};
    use super::*;

    #[test]
    fn members_are_sorted_and_texts_have_the_shortest_escapes() {
        let draft = Draft {
            title: "Seats \"40\"\\é\u{1}\n€".into(),
            amount: "12".into(),
            currency: "EUR".into(),
            lines: vec![DraftLine { description: "All".into(), amount: "12.0".into() }],
            requester: "r@a.example".into(),
            approvers: vec!["b@a.example".into(), "c@a.example".into()],
            expires_after_s: 600,
            escalations: vec![DraftEscalation { after_s: 60, approvers: vec!["d@a.example".into()] }],
            ..Draft::default()
        };
        let mut proposal = Proposal::check(draft, None).unwrap();
        let expect = concat!(
            r#"{"amount":"12.00","approval_id":"apr_1","approvers":["b@a.example","c@a.example"],"currency":"EUR","#,
            r#""escalations":[{"after_seconds":60,"approvers":["d@a.example"]}],"expires_after_seconds":600,"#,
            r#""lines":[{"amount":"12.00","description":"All"}],"quorum":2,"requester":"r@a.example","revision":3,"#,
            r#""title":"Seats \"40\"\\é\u0001\n€"}"#
        );
        assert_eq!(canonical(Some(("apr_1", 3)), &proposal), expect);
        let before = canonical(Some(("apr_1", 3)), &proposal);
        let alone = canonical(None, &proposal);
        assert!(
            alone.contains("12.00") && !alone.contains("apr_1") && !alone.contains("revision"),
            "{alone}"
        );
        proposal.justification = Some("Growth".into());
        assert!(
            canonical(Some(("apr_1", 3)), &proposal)
                .contains(r#""expires_after_seconds":600,"justification":"Growth","#)
        );
        assert_ne!(canonical(Some(("apr_1", 3)), &proposal), before);
        assert_ne!(canonical(Some(("apr_1", 4)), &proposal), canonical(Some(("apr_1", 3)), &proposal));
    }
}
