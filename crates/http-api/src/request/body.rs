//! JSON bodies.
//!
//! A body is read one level at a time over borrowed raw JSON: the syntax of the whole is checked once, known fields
//! are decoded, and a payload of megabytes is passed on byte for byte without a tree being built of it.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::rules::TextRule;
use super::strict;
use super::violations::Violations;
use crate::Timestamp;
use crate::problem::{Code, Problem};

/// A request type that is read from a JSON object.
pub trait FromBody: Sized {
    /// Reads the fields, reporting each fault to `object`. What is returned counts only if none was reported.
    fn read(object: &Object<'_>) -> Option<Self>;
}

/// Reads a body.
///
/// # Errors
/// [`Code::RequestMalformedJson`] when `body` is not JSON, is nested deeper than 127 levels or has a number that no
/// 64-bit float can hold; [`Code::RequestInvalid`], or a more specific code that the type's reader gave, when it is JSON
/// with at least one field at fault, or with a key that is given twice, however deep.
pub fn read_body<T: FromBody>(body: &[u8]) -> Result<T, Problem> {
    if body.trim_ascii().is_empty() {
        return Err(Problem::new(Code::RequestMalformedJson, "the body is empty; a JSON object is expected"));
    }
    let malformed = |error: serde_json::Error| {
        Problem::new(Code::RequestMalformedJson, format!("the body is not JSON: {error}"))
    };
    let repeated = strict::repeated_keys(body).map_err(malformed)?;
    let raw: &RawValue = serde_json::from_slice(body).map_err(malformed)?;
    let violations = Violations::default();
    for pointer in repeated {
        violations.push(pointer, "is given twice");
    }
    let value = Object::open(raw, String::new(), &violations).and_then(|object| T::read(&object));
    match (violations.into_problem(Code::RequestInvalid), value) {
        (Some(problem), _) => Err(problem),
        (None, Some(value)) => Ok(value),
        (None, None) => Err(Problem::new(Code::RequestInvalid, "the body is not what this route takes")),
    }
}

/// A JSON object being read. Each getter reports what is wrong with its field and answers `None` then.
///
/// An optional field that is `null` counts as absent.
#[derive(Debug)]
pub struct Object<'a> {
    fields: Fields<'a>,
    pointer: String,
    violations: &'a Violations,
}

impl<'a> Object<'a> {
    fn open(raw: &'a RawValue, pointer: String, violations: &'a Violations) -> Option<Self> {
        if !raw.get().starts_with('{') {
            violations.push(pointer, format!("must be an object, not {}", kind_of(raw)));
            return None;
        }
        match serde_json::from_str::<Fields<'a>>(raw.get()) {
            Ok(fields) => Some(Self { fields, pointer, violations }),
            // The syntax was checked before; what is left is a key with a broken escape, such as a lone surrogate.
            Err(error) => {
                violations.push(pointer, format!("has a key that is no Unicode text: {error}"));
                None
            }
        }
    }

    /// Reports that field `name` is wrong. `detail` is a predicate, such as `must be positive`.
    pub fn refuse(&self, name: &str, detail: impl Into<String>) {
        self.violations.push(self.pointer_to(name), detail);
    }

    /// Reports that field `name` is wrong in a way that has a problem code of its own.
    pub fn refuse_as(&self, code: Code, name: &str, detail: impl Into<String>) {
        self.violations.push_as(code, self.pointer_to(name), detail);
    }

    /// Reports a fault of this object as a whole.
    pub fn refuse_whole_as(&self, code: Code, detail: impl Into<String>) {
        self.violations.push_as(code, self.pointer.clone(), detail);
    }

    /// Whether the field is there and not `null`.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The names of the fields that are there.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.pairs.iter().map(|(name, _)| &**name)
    }

    /// The field's raw JSON, `null` included.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&'a RawValue> {
        self.fields.pairs.iter().find(|(field, _)| field == name).map(|(_, raw)| *raw)
    }

    /// The field's raw JSON, which must be there.
    pub fn required_raw(&self, name: &str) -> Option<&'a RawValue> {
        let raw = self.raw(name);
        if raw.is_none() {
            self.refuse(name, "is required");
        }
        raw
    }

    /// A nested object, which must be there.
    pub fn required_object(&self, name: &str) -> Option<Object<'a>> {
        Object::open(self.required(name)?, self.pointer_to(name), self.violations)
    }

    /// A nested object, if it is there.
    pub fn optional_object(&self, name: &str) -> Option<Object<'a>> {
        Object::open(self.get(name)?, self.pointer_to(name), self.violations)
    }

    /// A text, which must be there.
    pub fn required_text(&self, name: &str, rule: TextRule) -> Option<String> {
        self.text_in(name, self.required(name)?, rule)
    }

    /// A text, if it is there.
    pub fn optional_text(&self, name: &str, rule: TextRule) -> Option<String> {
        self.text_in(name, self.get(name)?, rule)
    }

    /// The objects of a list, if it is there; at most `most`. What is no object is reported and left out.
    pub fn objects(&self, name: &str, most: usize) -> Option<Vec<Object<'a>>> {
        let items = self.items(name, self.get(name)?, most)?;
        let open = |(at, raw): (usize, &'a RawValue)| {
            Object::open(raw, format!("{}/{at}", self.pointer_to(name)), self.violations)
        };
        Some(items.into_iter().enumerate().filter_map(open).collect())
    }

    /// A list of texts, which must be there; at most `most`.
    pub fn required_texts(&self, name: &str, rule: TextRule, most: usize) -> Option<Vec<String>> {
        let items = self.items(name, self.required(name)?, most)?;
        let texts: Vec<_> =
            items.into_iter().enumerate().map(|(at, raw)| self.item(name, at, raw, rule)).collect();
        texts.into_iter().collect()
    }

    fn item(&self, name: &str, at: usize, raw: &RawValue, rule: TextRule) -> Option<String> {
        let text: Result<String, _> = serde_json::from_str(raw.get());
        let wrong = match &text {
            Ok(text) => rule.check(text).err(),
            Err(_) => Some(format!("must be a string, not {}", kind_of(raw))),
        };
        match wrong {
            None => text.ok(),
            Some(detail) => {
                self.violations.push(format!("{}/{at}", self.pointer_to(name)), detail);
                None
            }
        }
    }

    fn items(&self, name: &str, raw: &'a RawValue, most: usize) -> Option<Vec<&'a RawValue>> {
        let Ok(items) = serde_json::from_str::<Vec<&'a RawValue>>(raw.get()) else {
            self.refuse(name, format!("must be a list, not {}", kind_of(raw)));
            return None;
        };
        if items.len() > most {
            self.refuse(name, format!("must have at most {most} items"));
            return None;
        }
        Some(items)
    }

    /// A time, which must be there.
    pub fn required_timestamp(&self, name: &str) -> Option<Timestamp> {
        self.timestamp_in(name, self.required(name)?)
    }

    /// A time, if it is there.
    pub fn optional_timestamp(&self, name: &str) -> Option<Timestamp> {
        self.timestamp_in(name, self.get(name)?)
    }

    /// A whole number between `min` and `max`, if it is there.
    pub fn optional_integer(&self, name: &str, min: u32, max: u32) -> Option<u32> {
        let raw = self.get(name)?;
        let number = serde_json::from_str(raw.get()).ok().filter(|number| (min..=max).contains(number));
        if number.is_none() {
            self.refuse(name, format!("must be a whole number from {min} to {max}"));
        }
        number
    }

    /// One of a closed set of values, if it is there; `detail` lists them.
    pub fn optional_choice<T: DeserializeOwned>(&self, name: &str, detail: &str) -> Option<T> {
        if !self.has(name) {
            return None;
        }
        let read = self.decode(name);
        if read.is_none() {
            self.refuse(name, detail);
        }
        read
    }

    /// The field's text or number as it stands, for values that may be either.
    pub(crate) fn decode<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.get(name)?.get()).ok()
    }

    fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.raw(name).filter(|raw| raw.get() != "null")
    }

    fn required(&self, name: &str) -> Option<&'a RawValue> {
        let raw = self.required_raw(name)?;
        if raw.get() == "null" {
            self.refuse(name, "must not be null");
            return None;
        }
        Some(raw)
    }

    fn text_in(&self, name: &str, raw: &RawValue, rule: TextRule) -> Option<String> {
        let text = self.string_in(name, raw)?;
        match rule.check(&text) {
            Ok(()) => Some(text),
            Err(detail) => {
                self.refuse(name, detail);
                None
            }
        }
    }

    fn timestamp_in(&self, name: &str, raw: &RawValue) -> Option<Timestamp> {
        match self.string_in(name, raw)?.parse() {
            Ok(moment) => Some(moment),
            Err(error) => {
                self.refuse(name, error.to_string());
                None
            }
        }
    }

    fn string_in(&self, name: &str, raw: &RawValue) -> Option<String> {
        if !raw.get().starts_with('"') {
            self.refuse(name, format!("must be a string, not {}", kind_of(raw)));
            return None;
        }
        let text = serde_json::from_str(raw.get()).ok();
        if text.is_none() {
            self.refuse(name, "has an escape that is no Unicode character");
        }
        text
    }

    fn pointer_to(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"))
    }
}

/// What a JSON value is, from its first character.
fn kind_of(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// An object's fields in order. Names that come again were reported before, and the first of each is found.
#[derive(Debug)]
struct Fields<'a> {
    pairs: Vec<(Cow<'a, str>, &'a RawValue)>,
}

/// A key, borrowed where it has no escapes. (`Cow` alone would always be read as owned.)
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Fields { pairs: Vec::new() };
                while let Some((Key(name), raw)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    // Only the few fields that routes know can matter; a stranger with thousands of keys must not
                    // cost a quadratic search, so past this many they are not even kept.
                    if fields.pairs.len() >= MAX_FIELDS {
                        return Err(serde::de::Error::custom(format!("more than {MAX_FIELDS} fields")));
                    }
                    fields.pairs.push((name, raw));
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}

/// The most fields that an object of ours may have. Payloads are not read by this module and have no such limit.
const MAX_FIELDS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Probe {
        name: String,
        note: Option<String>,
        at: Option<Timestamp>,
        tries: Option<u32>,
        inner: Option<String>,
        payload: String,
    }

    impl FromBody for Probe {
        fn read(object: &Object<'_>) -> Option<Self> {
            let name = object.required_text("name", TextRule::token(8));
            let inner =
                object.optional_object("inner").map(|inner| inner.required_text("a/b", TextRule::line(8)));
            Some(Self {
                note: object.optional_text("note", TextRule::line(4)),
                at: object.optional_timestamp("at"),
                tries: object.optional_integer("tries", 1, 10),
                inner: inner.flatten(),
                payload: object.required_raw("payload")?.get().to_owned(),
                name: name?,
            })
        }
    }

    fn refused(body: &str) -> (Code, Vec<(String, String)>) {
        let problem = read_body::<Probe>(body.as_bytes()).expect_err(body);
        let errors = problem.errors().iter().map(|e| (e.pointer.clone(), e.detail.clone())).collect();
        (problem.code(), errors)
    }

    #[test]
    fn a_good_body_is_read_and_its_payload_kept_byte_for_byte() {
        let body = r#" { "name": "a.b", "note": null, "other": [1], "payload": {"n": 1.0, "big": 123456789012345678901, "s":"\u00e9"} } "#;
        let probe = read_body::<Probe>(body.as_bytes()).unwrap();
        assert_eq!(probe.payload, r#"{"n": 1.0, "big": 123456789012345678901, "s":"\u00e9"}"#);
        assert_eq!((probe.name.as_str(), probe.note), ("a.b", None));
    }

    #[test]
    fn all_faults_are_listed_each_with_its_pointer() {
        let (code, errors) = refused(
            r#"{"name": 7, "note": "too long", "at": "yesterday", "tries": 11, "inner": {"a/b": "x\ny"}, "payload": 1, "payload": 2}"#,
        );
        assert_eq!(code, Code::RequestInvalid);
        let pointers: Vec<_> = errors.iter().map(|(pointer, _)| pointer.as_str()).collect();
        assert_eq!(pointers, ["/payload", "/name", "/inner/a~1b", "/note", "/at", "/tries"]);
        assert_eq!(errors[1].1, "must be a string, not a number");
    }

    #[test]
    fn what_is_not_json_is_malformed_and_what_is_no_object_is_invalid() {
        for body in ["", "  ", "{", "{\"name\":}", "{} {}", "nul", "\u{feff}{}", "{\"name\": \"\u{1}\"}"] {
            let problem = read_body::<Probe>(body.as_bytes()).expect_err(body);
            assert_eq!(problem.code(), Code::RequestMalformedJson, "{body:?}");
        }
        assert_eq!(
            read_body::<Probe>(b"{\"name\": \"\xff\"}").unwrap_err().code(),
            Code::RequestMalformedJson
        );
        for body in ["[]", "null", "7", "\"{}\""] {
            let (code, errors) = refused(body);
            assert_eq!((code, errors[0].0.as_str()), (Code::RequestInvalid, ""), "{body}");
        }
    }

    #[test]
    fn hostile_shapes_are_refused_without_harm() {
        let deep = format!(r#"{{"name":"a","payload":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        let code = |body: &str| read_body::<Probe>(body.as_bytes()).map_err(|problem| problem.code());
        assert_eq!(code(&deep), Err(Code::RequestMalformedJson));
        let wide: String = (0..10_000).map(|n| format!("\"k{n}\":0,")).collect();
        assert_eq!(refused(&format!("{{{wide}\"name\":\"a\"}}")).0, Code::RequestInvalid);
        assert_eq!(code(r#"{"name":"\ud800","payload":1}"#), Err(Code::RequestMalformedJson));
        assert_eq!(code(r#"{"name":"a","payload":1e999}"#), Err(Code::RequestMalformedJson));
        let nested = r#"{"name":"a","name":"b","payload":[{"a":1,"a":2}]}"#;
        let pointers: Vec<String> = refused(nested).1.into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(pointers, ["/name", "/payload/0/a"]);
    }
}
