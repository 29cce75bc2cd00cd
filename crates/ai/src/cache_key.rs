//! One name for all requests that say the same, in whatever order.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::form::{Call, Form};

/// Members that say who asks, not what.
const WHO: [&str; 3] = ["metadata", "store", "user"];

/// The canonical name of a request of a tenant: SHA-256 in lower-case hexadecimal over tenant, form and members in
/// alphabetical order. Requests that differ in anything but order, spaces and who asks have different names.
#[must_use]
pub fn cache_key(tenant: &str, call: &Call) -> String {
    let mut canonical = String::new();
    let mut members: Vec<_> = call.fields().iter().filter(|(name, _)| !WHO.contains(name)).collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    for (name, value) in members {
        // Each was JSON when it was read.
        let value: Value = serde_json::from_str(value.get()).unwrap_or_default();
        canonical.push_str(&Value::from(name).to_string());
        canonical.push(':');
        write(&value, &mut canonical);
        canonical.push(',');
    }
    let form = match call.form {
        Form::OpenAi => "openai",
        Form::Anthropic => "anthropic",
    };
    hex::encode(Sha256::digest(format!("{tenant}\n{form}\n{canonical}")))
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (name, value) in members {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write(item, out);
                out.push(',');
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(tenant: &str, body: &str) -> String {
        cache_key(tenant, &Call::read(Form::OpenAi, body.as_bytes()).unwrap())
    }

    #[test]
    fn the_same_request_has_one_name_in_a_tenant_and_another_in_each_other() {
        let a = r#"{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":0}"#;
        let reordered =
            r#"{ "temperature": 0, "user":"u", "messages":[{"content":"x","role":"user"}], "model":"m" }"#;
        assert_eq!(key("t1", a), key("t1", reordered));
        assert_ne!(key("t1", a), key("t2", a), "another tenant");
        for other in [
            r#"{"model":"m","messages":[{"role":"user","content":"y"}],"temperature":0}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":0,"stream":true}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"x"},{"role":"user","content":"x"}],"temperature":0}"#,
            r#"{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":"0"}"#,
        ] {
            assert_ne!(key("t1", a), key("t1", other), "{other}");
        }
    }
}
