//! What was put aside, and how it comes back.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::kinds::{Kind, Kinds};
use super::patterns::find;
use crate::fields::Fields;

/// The longest placeholder, in bytes: `[PRIVATE_KEY_` with a number and its bracket.
pub(super) const LONGEST_PLACEHOLDER: usize = 32;

/// Values by placeholder. It has no `Debug` and is nowhere kept: it is what must not leave.
#[derive(Clone, Default)]
pub struct Masked {
    /// In the order in which they were found.
    values: Vec<Value>,
    /// How many places each kind had.
    counts: BTreeMap<Kind, u64>,
    /// Numbers up to here stand in the request already, as somebody's own text.
    taken: BTreeMap<Kind, u64>,
}

#[derive(Clone)]
struct Value {
    kind: Kind,
    placeholder: String,
    value: String,
}

impl Masked {
    /// For a request with this text: placeholders that it has of its own are not given again.
    pub(super) fn beside(text: &str) -> Self {
        let mut taken = BTreeMap::new();
        for (at, _) in text.match_indices('[') {
            if let Some((kind, number)) = placeholder(&text[at..]) {
                let most = taken.entry(kind).or_insert(0);
                *most = number.max(*most);
            }
        }
        Self { taken, ..Self::default() }
    }

    /// How many places of each kind were masked.
    pub fn counts(&self) -> impl Iterator<Item = (Kind, u64)> {
        self.counts.iter().map(|(kind, count)| (*kind, *count))
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Puts aside what is found in a text.
    pub(super) fn mask(&mut self, text: &str, kinds: &Kinds) -> Option<String> {
        let found = find(text, kinds);
        if found.is_empty() {
            return None;
        }
        let (mut out, mut from) = (String::with_capacity(text.len()), 0);
        for (kind, range) in found {
            out.push_str(&text[from..range.start]);
            out.push_str(self.placeholder_of(kind, &text[range.clone()]));
            *self.counts.entry(kind).or_default() += 1;
            from = range.end;
        }
        out.push_str(&text[from..]);
        Some(out)
    }

    fn placeholder_of(&mut self, kind: Kind, value: &str) -> &str {
        let known = self.values.iter().position(|known| known.kind == kind && known.value == value);
        let at = known.unwrap_or_else(|| {
            let before = self.values.iter().filter(|known| known.kind == kind).count() as u64;
            let number = self.taken.get(&kind).copied().unwrap_or(0).saturating_add(before).saturating_add(1);
            let placeholder = format!("[{}_{number}]", kind.label());
            self.values.push(Value { kind, placeholder, value: value.to_owned() });
            self.values.len() - 1
        });
        &self.values[at].placeholder
    }

    /// Puts the values back into a text. Where the text is JSON within a text, such as a tool's arguments, they are
    /// written as JSON writes them.
    pub(super) fn restore<'a>(&self, text: &'a str, as_json: bool) -> Cow<'a, str> {
        if self.is_empty() || !text.contains('[') {
            return Cow::Borrowed(text);
        }
        let (mut out, mut from) = (String::new(), 0);
        for (at, _) in text.match_indices('[') {
            let known = self.values.iter().find(|known| text[at..].starts_with(&known.placeholder));
            let Some(Value { placeholder, value, .. }) = known else { continue };
            out.push_str(&text[from..at]);
            match as_json {
                true => {
                    let written = serde_json::Value::from(value.as_str()).to_string();
                    out.push_str(&written[1..written.len() - 1]);
                }
                false => out.push_str(value),
            }
            from = at + placeholder.len();
        }
        if from == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[from..]);
        Cow::Owned(out)
    }

    /// Puts the values back into a whole answer. What is no JSON stays as it is.
    #[must_use]
    pub fn restore_whole(&self, body: Vec<u8>) -> Vec<u8> {
        if self.is_empty() {
            return body;
        }
        match serde_json::from_slice::<Box<RawValue>>(&body) {
            Ok(raw) => self.restored(&raw, "").map_or(body, |raw| raw.get().as_bytes().to_vec()),
            Err(_) => body,
        }
    }

    /// The same value with texts restored; none where nothing changes. `member` is the name that it stands under.
    pub(super) fn restored(&self, raw: &RawValue, member: &str) -> Option<Box<RawValue>> {
        rewrite(raw, member, &mut |text, member| match self.restore(text, is_json_text(member)) {
            Cow::Owned(text) => Some(text),
            Cow::Borrowed(_) => None,
        })
    }
}

/// Members whose text is JSON in itself.
fn is_json_text(member: &str) -> bool {
    matches!(member, "arguments" | "partial_json")
}

/// Changes texts of a value, wherever they stand; none where none changes. What is not changed keeps its very bytes.
pub(super) fn rewrite(
    raw: &RawValue,
    member: &str,
    change: &mut dyn FnMut(&str, &str) -> Option<String>,
) -> Option<Box<RawValue>> {
    let text = raw.get();
    match text.as_bytes().first()? {
        b'"' => {
            let text: String = serde_json::from_str(text).ok()?;
            serde_json::value::to_raw_value(&change(&text, member)?).ok()
        }
        b'{' => {
            let mut fields: Fields = serde_json::from_str(text).ok()?;
            let changed: Vec<_> = fields
                .iter()
                .filter_map(|(name, value)| Some((name.to_owned(), rewrite(value, name, change)?)))
                .collect();
            if changed.is_empty() {
                return None;
            }
            for (name, value) in &changed {
                fields.set(name, value);
            }
            serde_json::value::to_raw_value(&fields).ok()
        }
        b'[' => {
            let mut items: Vec<Box<RawValue>> = serde_json::from_str(text).ok()?;
            let mut any = false;
            for item in &mut items {
                if let Some(other) = rewrite(item, member, change) {
                    (*item, any) = (other, true);
                }
            }
            any.then(|| serde_json::value::to_raw_value(&items).ok()).flatten()
        }
        _ => None,
    }
}

/// The placeholder that a text begins with.
fn placeholder(text: &str) -> Option<(Kind, u64)> {
    let end = text.bytes().take(LONGEST_PLACEHOLDER).position(|byte| byte == b']')?;
    let (label, number) = text.get(1..end)?.rsplit_once('_')?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.label() == label)?;
    Some((kind, number.parse().ok()?))
}

/// How many bytes at the end of a text may be the beginning of a placeholder.
pub(super) fn begun(text: &str) -> usize {
    let tail = text.len().saturating_sub(LONGEST_PLACEHOLDER);
    let Some(at) = text.as_bytes()[tail..].iter().rposition(|byte| *byte == b'[').map(|at| tail + at) else {
        return 0;
    };
    let rest = &text[at + 1..];
    let open = rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if open { text.len() - at } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_placeholder_and_one_that_stands_there_already_is_nobody_elses() {
        let text = "ada@example.com wrote [EMAIL_3] to bo@example.com; ada@example.com waits";
        let mut masked = Masked::beside(text);
        let out = masked.mask(text, &Kinds::of(Kind::ALL)).unwrap();
        assert_eq!(out, "[EMAIL_4] wrote [EMAIL_3] to [EMAIL_5]; [EMAIL_4] waits");
        assert_eq!(masked.counts().collect::<Vec<_>>(), [(Kind::Email, 3)]);
        assert_eq!(masked.restore(&out, false), text);
        assert_eq!(masked.restore("[EMAIL_9] [EMAIL_4", false), "[EMAIL_9] [EMAIL_4");
    }

    #[test]
    fn what_comes_back_into_json_is_written_as_json() {
        let key = "-----BEGIN PRIVATE KEY-----\nA\"B\n-----END PRIVATE KEY-----";
        let mut masked = Masked::default();
        masked.mask(key, &Kinds::of(Kind::ALL)).unwrap();
        let answer = br#"{"choices":[{"message":{"content":"[PRIVATE_KEY_1]","tool_calls":[{"function":{"arguments":"{\"k\":\"[PRIVATE_KEY_1]\"}"}}]}}],"n":1.0}"#;
        let whole: serde_json::Value =
            serde_json::from_slice(&masked.restore_whole(answer.to_vec())).unwrap();
        let message = &whole["choices"][0]["message"];
        assert_eq!(message["content"], key);
        let arguments = message["tool_calls"][0]["function"]["arguments"].as_str().unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(arguments).unwrap()["k"], key);
    }

    #[test]
    fn the_beginning_of_a_placeholder_is_held_back() {
        for (text, held) in [
            ("a [", 1),
            ("a [EMA", 4),
            ("a [EMAIL_1", 8),
            ("a [EMAIL_1]", 0),
            ("a [b", 0),
            ("", 0),
            ("é[", 1),
        ] {
            assert_eq!(begun(text), held, "{text}");
        }
        assert_eq!(begun(&format!("[{}", "A".repeat(LONGEST_PLACEHOLDER))), 0, "none is as long");
    }
}
