//! A chat request in OpenAI's form: what is decided by is read, the rest is kept.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::bound::{TokenBounds, beyond_bytes};
use crate::fault::{Faults, Invalid};
use crate::fields::Fields;
use crate::form::{Call, Form};

/// The longest name of a model, in bytes: in requests, in the configuration and in budgets.
pub const LONGEST_MODEL: usize = 256;
/// More answers than this at once are refused.
const MOST_CHOICES: u64 = 128;
/// A limit beyond this is no limit that a server takes.
pub(crate) const MOST_OUTPUT: u64 = 10_000_000;

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    role: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
}

pub(crate) fn read(body: &[u8]) -> Result<Call, Invalid> {
    let fields = Fields::parse(body).map_err(|error| not_json(body, &error))?;
    let mut faults = Faults::default();
    let model = model(&fields, &mut faults);
    let beyond = messages(&fields, &mut faults);
    let stream = flag(&fields, "stream", &mut faults);
    let options: Option<Fields> = object(&fields, "stream_options", &mut faults);
    if options.is_some() && !stream {
        faults.add("/stream_options", "is for streams: set `stream` to true, or leave it out");
    }
    let wants_usage = options.and_then(|options| options.get::<bool>("include_usage")).unwrap_or(false);
    let choices = number(&fields, "n", 1, MOST_CHOICES, &mut faults).unwrap_or(1);
    let most = number(&fields, "max_tokens", 1, MOST_OUTPUT, &mut faults);
    let completion = number(&fields, "max_completion_tokens", 1, MOST_OUTPUT, &mut faults);
    for name in ["tools", "functions"] {
        if fields.has(name) && fields.get::<Vec<Fields>>(name).is_none() {
            faults.add(format!("/{name}"), "must be an array of objects");
        }
    }
    object::<Fields>(&fields, "response_format", &mut faults);
    let input = (body.len() as u64).saturating_add(beyond);
    // Servers differ in which of the two they heed.
    let output_asked = completion.max(most);
    let bounds = TokenBounds { input, output_asked, choices };
    faults.into_result(Call {
        form: Form::OpenAi,
        model,
        stream,
        wants_usage,
        bounds,
        choices,
        most_output: None,
        fields,
    })
}

/// Tells JSON that is no object from what is no JSON.
pub(crate) fn not_json(body: &[u8], error: &serde_json::Error) -> Invalid {
    match serde_json::from_slice::<serde::de::IgnoredAny>(body) {
        Ok(_) if error.is_data() => {
            let text = error.to_string();
            let twice = text.contains("twice");
            Invalid::field("", if twice { text } else { "must be an object".to_owned() })
        }
        _ => Invalid::NotJson(error.to_string()),
    }
}

pub(crate) fn model(fields: &Fields, faults: &mut Faults) -> String {
    let model: Option<String> = fields.get("model");
    match model {
        Some(model)
            if !model.is_empty() && model.len() <= LONGEST_MODEL && !model.contains(char::is_control) =>
        {
            model
        }
        _ => {
            let detail = format!(
                "must be the name of a model, 1 to {LONGEST_MODEL} bytes; `GET /v1/models` lists them"
            );
            faults.add("/model", detail);
            String::new()
        }
    }
}

/// Checks the messages; gives what they stand for beyond their bytes, in tokens.
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
        if message.role.as_deref().is_none_or(str::is_empty) {
            faults.add(format!("/messages/{at}/role"), "must be a role, such as `user`");
        }
        let Some(content) = message.content else { continue };
        if !content.get().starts_with(['"', '[', 'n']) {
            faults.add(format!("/messages/{at}/content"), "must be a text or an array of parts");
        }
        beyond = beyond.saturating_add(beyond_bytes(content));
    }
    beyond
}

pub(crate) fn flag(fields: &Fields, name: &str, faults: &mut Faults) -> bool {
    let flag = fields.get(name);
    if fields.has(name) && flag.is_none() {
        faults.add(format!("/{name}"), "must be true or false");
    }
    flag.unwrap_or(false)
}

pub(crate) fn number(fields: &Fields, name: &str, least: u64, most: u64, faults: &mut Faults) -> Option<u64> {
    let number = fields.get::<u64>(name).filter(|number| (least..=most).contains(number));
    if fields.has(name) && number.is_none() {
        faults.add(format!("/{name}"), format!("must be a whole number from {least} to {most}"));
    }
    number
}

fn object<T: serde::de::DeserializeOwned>(fields: &Fields, name: &str, faults: &mut Faults) -> Option<T> {
    let object = fields.get(name);
    if fields.has(name) && object.is_none() {
        faults.add(format!("/{name}"), "must be an object");
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(body: &str) -> Vec<String> {
        match read(body.as_bytes()) {
            Ok(_) => vec![],
            Err(Invalid::NotJson(_)) => vec!["not json".into()],
            Err(Invalid::Fields(faults)) => faults.into_iter().map(|fault| fault.pointer).collect(),
        }
    }

    #[test]
    fn what_every_request_has_is_checked_and_all_faults_are_told() {
        let check = |body: &str, expect: &[&str]| assert_eq!(faults(body), expect, "{body}");
        check(r#"{"model":"a","messages":[{"role":"user","content":"hi"}],"seed":1,"unknown":{}}"#, &[]);
        check(r#"{"model":"a","messages":[{"role":"assistant","content":null,"tool_calls":[]}]}"#, &[]);
        check("{", &["not json"]);
        check("[]", &[""]);
        check(r#"{"model":"a","model":"b","messages":[]}"#, &[""]);
        check(r#"{"messages":[]}"#, &["/model", "/messages"]);
        check(
            r#"{"model":"","messages":[{"content":7}],"stream":"yes","n":0,"max_tokens":-1,"tools":{}}"#,
            &["/model", "/messages/0/role", "/messages/0/content", "/stream", "/n", "/max_tokens", "/tools"],
        );
        check(
            r#"{"model":"a","messages":[{"role":"user","content":"x"}],"stream_options":{"include_usage":true}}"#,
            &["/stream_options"],
        );
    }

    #[test]
    fn no_request_has_more_tokens_than_its_bound() {
        let body = r#"{"model":"a","messages":[{"role":"user","content":"hi"}],"n":3,"max_tokens":10,"max_completion_tokens":20}"#;
        let call = read(body.as_bytes()).unwrap();
        assert_eq!(call.bounds.input, body.len() as u64);
        assert_eq!(call.bounds.output(None), 60);
    }
}
