//! One name for all requests that say the same, in whatever order.

use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::fields::Fields;
use crate::form::{Call, Form};
use crate::openai::embeddings::EmbeddingCall;
use crate::routing::Candidate;

/// Members that say who asks, or how it is to be counted and stored, not what.
const WHO: [&str; 6] =
    ["metadata", "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "store", "user"];
/// Members that say how the answer is to come, and which model: that is told apart by whoever may answer.
const HOW: [&str; 3] = ["model", "stream", "stream_options"];
/// Deeper JSON is compared as it is written. No request that came in over the gateway is as deep.
const DEEPEST: usize = 128;

/// Who may answer, in an order that chance and health do not change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved(String);

impl Resolved {
    /// From those that a decision names.
    #[must_use]
    pub fn of(candidates: &[Candidate]) -> Self {
        let mut names: Vec<_> = candidates
            .iter()
            .map(|candidate| format!("{}\t{}", candidate.upstream, candidate.model))
            .collect();
        names.sort_unstable();
        Self(names.join("\n"))
    }
}

/// The name of what a conversation asks: SHA-256 in lower-case hexadecimal over tenant, form, whoever may answer, and all
/// members that may change the answer. Streamed or not, it is the same.
#[must_use]
pub fn answer_key(tenant: &str, resolved: &Resolved, call: &Call) -> String {
    let canonical = canonical(call.fields(), |name| WHO.contains(&name) || HOW.contains(&name));
    named(&[tenant, form(call.form), &resolved.0, &canonical])
}

/// The same of a conversation of which something was taken out.
pub(super) fn rest_key(tenant: &str, resolved: &Resolved, form_of: Form, rest: &Fields) -> String {
    let canonical = canonical(rest, |name| WHO.contains(&name) || HOW.contains(&name));
    named(&[tenant, "rest", form(form_of), &resolved.0, &canonical])
}

/// The same of texts that become vectors.
#[must_use]
pub fn embedding_key(tenant: &str, resolved: &Resolved, call: &EmbeddingCall) -> String {
    let canonical = canonical(call.fields(), |name| WHO.contains(&name) || HOW.contains(&name));
    named(&[tenant, "embeddings", &resolved.0, &canonical])
}

/// The name by which a cache on the way to the server may keep the answer: there a stream is another answer, and so is
/// another model.
#[must_use]
pub fn upstream_key(tenant: &str, call: &Call) -> String {
    let canonical = canonical(call.fields(), |name| WHO.contains(&name));
    named(&[tenant, form(call.form), &canonical])
}

/// No part has a NUL: texts of JSON are escaped, and names are refused with one.
fn named(parts: &[&str]) -> String {
    hex::encode(Sha256::digest(parts.join("\0")))
}

const fn form(form: Form) -> &'static str {
    match form {
        Form::OpenAi => "openai",
        Form::Anthropic => "anthropic",
    }
}

/// The members that are not to be passed over, in alphabetical order, at every level. One that is `null` is as one that
/// is not there.
fn canonical(fields: &Fields, passed_over: impl Fn(&str) -> bool) -> String {
    let kept = fields.iter().filter(|(name, value)| !passed_over(name) && value.get() != "null");
    let mut out = String::new();
    write_members(kept, 0, &mut out);
    out
}

fn write_members<'a>(members: impl Iterator<Item = (&'a str, &'a RawValue)>, depth: usize, out: &mut String) {
    let mut members: Vec<_> = members.collect();
    members.sort_by_key(|(name, _)| *name);
    out.push('{');
    for (name, value) in members {
        out.push_str(&Value::from(name).to_string());
        out.push(':');
        write(value.get(), depth + 1, out);
        out.push(',');
    }
    out.push('}');
}

fn write(text: &str, depth: usize, out: &mut String) {
    match text.as_bytes().first() {
        Some(b'{') if depth < DEEPEST => {
            if let Ok(fields) = serde_json::from_str::<Fields>(text) {
                return write_members(fields.iter(), depth, out);
            }
        }
        Some(b'[') if depth < DEEPEST => {
            if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) {
                out.push('[');
                for item in items {
                    write(item.get(), depth + 1, out);
                    out.push(',');
                }
                out.push(']');
                return;
            }
        }
        Some(b'"') => {
            if let Ok(text) = serde_json::from_str::<String>(text) {
                return out.push_str(&Value::from(text).to_string());
            }
        }
        _ => {}
    }
    // Numbers as they are written: two that a float cannot tell apart are two.
    out.push_str(text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resolved(model: &str) -> Resolved {
        Resolved::of(&[Candidate { upstream: "u".into(), model: model.into() }])
    }

    fn key(tenant: &str, body: &str) -> String {
        let call = Call::read(Form::OpenAi, body.as_bytes()).unwrap();
        answer_key(tenant, &resolved(&call.model), &call)
    }

    const A: &str = r#"{"model":"m","messages":[{"role":"user","content":"xé"}],"temperature":0}"#;

    #[test]
    fn the_same_request_has_one_name_in_a_tenant_and_another_in_each_other() {
        for same in [
            r#"{ "temperature": 0, "user":"u", "messages":[{"content":"x\u00e9","role":"user"}], "model":"m" }"#,
            r#"{"model":"m","messages":[{"role":"user","content":"xé"}],"temperature":0,"metadata":{"a":"b"},"store":true}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"xé"}],"temperature":0,"stream":true,"stream_options":{"include_usage":true}}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"xé"}],"temperature":0,"tools":null}"#,
        ] {
            assert_eq!(key("t1", A), key("t1", same), "{same}");
        }
        assert_ne!(key("t1", A), key("t2", A), "another tenant");
    }

    #[test]
    fn whatever_may_change_the_answer_changes_the_name() {
        let more = |more: &str| A.replace("\"temperature\":0", more);
        for other in [
            A.replace("xé", "y"),
            A.replace("\"m\"", "\"n\""),
            A.replace("[{", "[{\"role\":\"system\",\"content\":\"s\"},{"),
            A.replace("\"user\"", "\"assistant\""),
            more(r#""temperature":0.5"#),
            more(r#""temperature":0,"tools":[{"type":"function","function":{"name":"f"}}]"#),
            more(r#""temperature":0,"response_format":{"type":"json_object"}"#),
            more(r#""temperature":0,"seed":1"#),
            more(r#""temperature":0,"seed":123456789012345678901"#),
            more(r#""temperature":0,"seed":123456789012345678902"#),
            more(r#""temperature":0,"max_tokens":5"#),
            more(r#""temperature":"0""#),
        ] {
            assert_ne!(key("t1", A), key("t1", &other), "{other}");
        }
        let big = |n: &str| key("t1", &more(&format!(r#""temperature":0,"seed":{n}"#)));
        assert_ne!(
            big("123456789012345678901"),
            big("123456789012345678902"),
            "a float would not tell them apart"
        );
        let call =
            Call::read(Form::Anthropic, A.replace("\"temp", "\"max_tokens\":1,\"temp").as_bytes()).unwrap();
        let as_openai = key("t1", &A.replace("\"temp", "\"max_tokens\":1,\"temp"));
        assert_ne!(answer_key("t1", &resolved("m"), &call), as_openai, "another form");
    }

    #[test]
    fn who_may_answer_tells_names_apart_and_their_order_does_not() {
        let of = |names: &[&str]| {
            let candidate = |name: &&str| Candidate { upstream: (*name).into(), model: "m".into() };
            Resolved::of(&names.iter().map(candidate).collect::<Vec<_>>())
        };
        assert_eq!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["a", "b"]), of(&["a"]));
    }

    #[test]
    fn to_a_cache_on_the_way_a_stream_is_another_answer() {
        let key = |body: &str| upstream_key("t1", &Call::read(Form::OpenAi, body.as_bytes()).unwrap());
        assert_eq!(key(A), key(&A.replace("\"temp", "\"user\":\"u\",\"temp")));
        assert_ne!(key(A), key(&A.replace("\"temp", "\"stream\":true,\"temp")));
        assert_ne!(key(A), key(&A.replace("\"m\"", "\"n\"")));
    }

    /// JSON of any shape, as a tree whose objects have distinct members.
    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z\"\\\\é\n ]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"é]{1,4}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// Writes it with members in an order, with white space and escapes, that `seed` picks.
    fn shuffled(value: &Value, seed: u64, out: &mut String) {
        let space = if seed.is_multiple_of(3) { " \n" } else { "" };
        match value {
            Value::Object(map) => {
                let mut members: Vec<_> = map.iter().collect();
                let by = (seed % members.len().max(1) as u64) as usize;
                members.rotate_left(by);
                if seed.is_multiple_of(2) {
                    members.reverse();
                }
                out.push('{');
                for (at, (name, value)) in members.into_iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    out.push_str(space);
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.push_str(space);
                    out.push(':');
                    shuffled(value, seed / 2 + at as u64, out);
                }
                out.push('}');
            }
            Value::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    shuffled(item, seed / 2 + at as u64, out);
                }
                out.push_str(space);
                out.push(']');
            }
            Value::String(text) if seed.is_multiple_of(2) => {
                out.push('"');
                for unit in text.encode_utf16() {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
                out.push('"');
            }
            plain => out.push_str(&plain.to_string()),
        }
    }

    fn canonical_of(text: &str) -> String {
        let mut out = String::new();
        write(serde_json::from_str::<&RawValue>(text).unwrap().get(), 0, &mut out);
        out
    }

    proptest! {
        #[test]
        fn order_spaces_and_escapes_change_nothing(value in json(), one in any::<u64>(), other in any::<u64>()) {
            let (mut a, mut b) = (String::new(), String::new());
            shuffled(&value, one, &mut a);
            shuffled(&value, other, &mut b);
            prop_assert_eq!(canonical_of(&a), canonical_of(&b), "{} {}", a, b);
        }

        #[test]
        fn another_value_is_written_otherwise(one in json(), other in json()) {
            prop_assume!(one != other);
            prop_assert_ne!(canonical_of(&one.to_string()), canonical_of(&other.to_string()));
        }
    }
}
