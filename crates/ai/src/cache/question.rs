//! The one question of a conversation that may be put in other words: its last message.

use serde_json::value::RawValue;

use super::canonical::{Resolved, rest_key};
use crate::fields::Fields;
use crate::form::Call;

/// A longer text is a document: two that are alike in the main may differ in what matters. In characters.
const LONGEST: usize = 4_000;
/// Words that turn a sentence around.
const NEGATIONS: [&str; 12] =
    ["no", "not", "never", "none", "nor", "without", "cannot", "except", "kein", "nicht", "pas", "sans"];

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub text: String,
    /// The name of all before it and beside it, as that of a whole request: this must be the same.
    pub rest: String,
}

impl Question {
    /// Of a conversation; none where other words could mean another thing: with tools, several answers, images, or a last
    /// message that is not a person's short text.
    #[must_use]
    pub fn of(tenant: &str, resolved: &Resolved, call: &Call) -> Option<Self> {
        let fields = call.fields();
        let tools = ["tools", "functions", "tool_choice"].iter().any(|name| fields.has(name));
        if tools || call.choices > 1 {
            return None;
        }
        let mut messages: Vec<Box<RawValue>> = fields.get("messages")?;
        let mut last: Fields = serde_json::from_str(messages.pop()?.get()).ok()?;
        let text: String = last.get("content")?;
        let short = !text.trim().is_empty() && text.chars().nth(LONGEST).is_none();
        if last.get::<String>("role").as_deref() != Some("user") || !short {
            return None;
        }
        last.remove("content");
        messages.push(serde_json::value::to_raw_value(&last).ok()?);
        let mut rest = fields.clone();
        rest.set("messages", &messages);
        Some(Self { text, rest: rest_key(tenant, resolved, call.form, &rest) })
    }

    /// Whether another text says the same of what vectors of meaning are blind to: every figure, and how often something
    /// is denied.
    #[must_use]
    pub fn agrees_with(&self, other: &str) -> bool {
        let telling = |text: &str| {
            let lower = text.to_lowercase().replace("n't", " not").replace("n\u{2019}t", " not");
            let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            let (mut figures, mut negations) = (Vec::new(), 0);
            for word in words {
                if word.contains(char::is_numeric) {
                    figures.push(word.to_owned());
                }
                negations += usize::from(NEGATIONS.contains(&word));
            }
            (figures, negations)
        };
        telling(&self.text) == telling(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;

    fn question(body: &str) -> Option<Question> {
        let call = Call::read(Form::OpenAi, body.as_bytes()).unwrap();
        Question::of("t", &Resolved::of(&[]), &call)
    }

    fn asked(text: &str, more: &str) -> Option<Question> {
        question(&format!(
            r#"{{"model":"m","messages":[{{"role":"system","content":"s"}},{{"role":"user","content":"{text}"}}]{more}}}"#
        ))
    }

    #[test]
    fn only_the_last_message_of_a_person_may_vary() {
        let (one, other) = (asked("How are you?", "").unwrap(), asked("How do you do?", "").unwrap());
        assert_eq!(one.rest, other.rest);
        assert_ne!(one.rest, asked("How are you?", r#","temperature":1"#).unwrap().rest);
        let elsewhere = r#"{"model":"m","messages":[{"role":"system","content":"t"},{"role":"user","content":"How are you?"}]}"#;
        assert_ne!(one.rest, question(elsewhere).unwrap().rest);
        for more in [r#","tools":[{"type":"function"}]"#, r#","n":2"#] {
            assert_eq!(asked("x", more), None, "{more}");
        }
        assert_eq!(asked(" ", ""), None);
        assert_eq!(asked(&"x".repeat(LONGEST + 1), ""), None);
        let image = r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}}]}]}"#;
        assert_eq!(question(image), None);
        assert_eq!(question(r#"{"model":"m","messages":[{"role":"assistant","content":"x"}]}"#), None);
    }

    #[test]
    fn figures_and_denials_are_to_be_the_same() {
        let check = |one: &str, other: &str, expect: bool| {
            assert_eq!(asked(one, "").unwrap().agrees_with(other), expect, "{one} / {other}");
        };
        check("Where is order 1234?", "order 1234: where is it", true);
        check("Where is order 1234?", "Where is order 1235?", false);
        check("May I return it?", "May I not return it?", false);
        check("Don't you ship?", "do you ship", false);
        check("Don't you ship?", "Do you not ship?", true);
        check("Two of Q3", "two of q3", true);
    }
}
