//! A request in Anthropic's form: what is decided by is read, the rest is kept.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::bound::{TokenBounds, beyond_bytes};
use crate::fault::{Faults, Invalid};
use crate::fields::Fields;
use crate::form::{Call, Form};
use crate::openai;

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    role: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
}

pub(crate) fn read(body: &[u8]) -> Result<Call, Invalid> {
    let fields = Fields::parse(body).map_err(|error| openai::not_json(body, &error))?;
    let mut faults = Faults::default();
    let model = openai::model(&fields, &mut faults);
    let beyond = messages(&fields, &mut faults);
    let stream = openai::flag(&fields, "stream", &mut faults);
    let most = openai::number(&fields, "max_tokens", 1, openai::MOST_OUTPUT, &mut faults);
    if !fields.has("max_tokens") {
        faults.add("/max_tokens", "must be the most tokens that the answer may have");
    }
    if fields.raw("system").is_some_and(|system| !system.get().starts_with(['"', '[', 'n'])) {
        faults.add("/system", "must be a text or an array of text blocks");
    }
    if fields.has("tools") && fields.get::<Vec<Fields>>("tools").is_none() {
        faults.add("/tools", "must be an array of objects");
    }
    let input = (body.len() as u64).saturating_add(beyond);
    let bounds = TokenBounds { input, output_asked: most, choices: 1 };
    let call = Call {
        form: Form::Anthropic,
        model,
        stream,
        wants_usage: true,
        bounds,
        choices: 1,
        most_output: None,
        fields,
    };
    faults.into_result(call)
}

fn messages(fields: &Fields, faults: &mut Faults) -> u64 {
    let messages = fields.raw("messages").map(|raw| serde_json::from_str::<Vec<Message<'_>>>(raw.get()));
    let messages = match messages {
        Some(Ok(messages)) if !messages.is_empty() => messages,
        _ => {
            faults.add("/messages", "must be an array of messages, at least one");
            return 0;
        }
    };
    let mut beyond = 0_u64;
    for (at, message) in messages.iter().enumerate() {
        if !matches!(message.role.as_deref(), Some("user" | "assistant")) {
            faults.add(format!("/messages/{at}/role"), "must be `user` or `assistant`");
        }
        match message.content {
            Some(content) if content.get().starts_with(['"', '[']) => {
                beyond = beyond.saturating_add(beyond_bytes(content));
            }
            _ => faults.add(format!("/messages/{at}/content"), "must be a text or an array of blocks"),
        }
    }
    beyond
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_request_has_is_checked_and_all_faults_are_told() {
        let check = |body: &str, expect: &[&str]| {
            let faults = match read(body.as_bytes()) {
                Ok(_) => vec![],
                Err(Invalid::NotJson(_)) => vec!["not json".into()],
                Err(Invalid::Fields(faults)) => faults.into_iter().map(|fault| fault.pointer).collect(),
            };
            assert_eq!(faults, expect, "{body}");
        };
        check(r#"{"model":"a","max_tokens":5,"messages":[{"role":"user","content":"hi"}],"top_k":3}"#, &[]);
        check("nope", &["not json"]);
        check(r#"{"model":"a","messages":[{"role":"user","content":"hi"}]}"#, &["/max_tokens"]);
        check(
            r#"{"model":"a","max_tokens":0,"system":{},"messages":[{"role":"system","content":null}]}"#,
            &["/messages/0/role", "/messages/0/content", "/max_tokens", "/system"],
        );
    }
}
