//! A chat request in OpenAI's form as one in Anthropic's.

use serde_json::value::RawValue;

use super::{object, object_of, raw};
use crate::fault::{Faults, Invalid};
use crate::fields::Fields;

/// What would change the answer and cannot be said.
const UNSAYABLE: [&str; 6] =
    ["functions", "function_call", "audio", "logprobs", "web_search_options", "prediction"];

/// See the module. The limit on the answer is set by whoever knows the upstream's, where the client sets none.
pub(crate) fn chat_to_messages(chat: &Fields) -> Result<Fields, Invalid> {
    let mut faults = Faults::default();
    for name in UNSAYABLE {
        if chat.has(name) && chat.get::<bool>(name) != Some(false) {
            faults.add(format!("/{name}"), "is not supported by the server of this model");
        }
    }
    if chat.get::<u64>("n").is_some_and(|n| n != 1) {
        faults.add("/n", "must be 1 for this model");
    }
    let mut out = Fields::default();
    out.set("model", &chat.get::<String>("model"));
    let (system, messages) = messages(chat, &mut faults);
    if !system.is_empty() {
        out.set("system", &system.join("\n\n"));
    }
    out.set("messages", &messages);
    let most = chat.get::<u64>("max_completion_tokens").max(chat.get::<u64>("max_tokens"));
    if let Some(most) = most {
        out.set("max_tokens", &most);
    }
    for name in ["stream", "top_p"] {
        if let Some(value) = chat.raw(name).filter(|value| value.get() != "null") {
            out.set(name, value);
        }
    }
    if let Some(temperature) = chat.get::<f64>("temperature") {
        if temperature > 1.0 {
            faults.add("/temperature", "must be at most 1 for this model");
        }
        out.set("temperature", &temperature);
    }
    match (chat.get::<String>("stop"), chat.get::<Vec<String>>("stop")) {
        (Some(stop), _) => out.set("stop_sequences", &[stop]),
        (None, Some(stops)) => out.set("stop_sequences", &stops),
        (None, None) => {}
    }
    if let Some(user) = chat.get::<String>("user") {
        out.set("metadata", &object! {"user_id": user});
    }
    tools(chat, &mut out, &mut faults);
    format(chat, &mut out, &mut faults);
    faults.into_result(out)
}

fn messages(chat: &Fields, faults: &mut Faults) -> (Vec<String>, Vec<Fields>) {
    let (mut system, mut turns) = (Vec::new(), Vec::<(String, Vec<Fields>)>::new());
    let messages: Vec<Fields> = chat.get("messages").unwrap_or_default();
    for (at, message) in messages.iter().enumerate() {
        let role: String = message.get("role").unwrap_or_default();
        let place = format!("/messages/{at}");
        let (role, blocks) = match role.as_str() {
            "system" | "developer" => {
                system.push(texts(message).join("\n"));
                continue;
            }
            "user" => ("user", content(message, &place, faults)),
            "assistant" => {
                let mut blocks = content(message, &place, faults);
                blocks.extend(calls(message));
                ("assistant", blocks)
            }
            "tool" => {
                let id: String = message.get("tool_call_id").unwrap_or_default();
                let said = content(message, &place, faults);
                ("user", vec![object! {"type": "tool_result", "tool_use_id": id, "content": said}])
            }
            _ => {
                faults.add(
                    format!("{place}/role"),
                    "must be `system`, `developer`, `user`, `assistant` or `tool`",
                );
                continue;
            }
        };
        // Turns alternate in this form: results of several calls are one turn.
        match turns.last_mut() {
            Some((last, kept)) if *last == role => kept.extend(blocks),
            _ => turns.push((role.to_owned(), blocks)),
        }
    }
    let turns = turns.into_iter().filter(|(_, blocks)| !blocks.is_empty());
    (system, turns.map(|(role, blocks)| object! {"role": role, "content": blocks}).collect())
}

fn texts(message: &Fields) -> Vec<String> {
    if let Some(text) = message.get::<String>("content") {
        return vec![text];
    }
    let parts: Vec<Fields> = message.get("content").unwrap_or_default();
    parts.iter().filter_map(|part| part.get("text")).collect()
}

fn content(message: &Fields, place: &str, faults: &mut Faults) -> Vec<Fields> {
    if let Some(text) = message.get::<String>("content") {
        return if text.is_empty() { vec![] } else { vec![object! {"type": "text", "text": text}] };
    }
    let parts: Vec<Fields> = message.get("content").unwrap_or_default();
    let mut blocks = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        match part.get::<String>("type").as_deref() {
            Some("text") => {
                blocks.push(object! {"type": "text", "text": part.get::<String>("text").unwrap_or_default()});
            }
            Some("refusal") => {
                blocks.push(
                    object! {"type": "text", "text": part.get::<String>("refusal").unwrap_or_default()},
                );
            }
            Some("image_url") => {
                let image: Fields = part.get("image_url").unwrap_or_default();
                blocks.push(object! {"type": "image", "source": source(&image.get::<String>("url").unwrap_or_default())});
            }
            _ => faults
                .add(format!("{place}/content/{at}/type"), "must be `text` or `image_url` for this model"),
        }
    }
    blocks
}

/// An image's source from its URL, which may hold the image itself.
fn source(url: &str) -> Fields {
    let inline = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    match inline {
        Some((media_type, data)) => object! {"type": "base64", "media_type": media_type, "data": data},
        None => object! {"type": "url", "url": url},
    }
}

fn calls(message: &Fields) -> Vec<Fields> {
    let calls: Vec<Fields> = message.get("tool_calls").unwrap_or_default();
    let used = |call: &Fields| {
        let function: Fields = call.get("function").unwrap_or_default();
        let input = object_of(&function.get::<String>("arguments").unwrap_or_default());
        object! {
            "type": "tool_use",
            "id": call.get::<String>("id").unwrap_or_default(),
            "name": function.get::<String>("name").unwrap_or_default(),
            "input": input,
        }
    };
    calls.iter().map(used).collect()
}

fn tools(chat: &Fields, out: &mut Fields, faults: &mut Faults) {
    let tools: Vec<Fields> = chat.get("tools").unwrap_or_default();
    let mut taken = Vec::new();
    for (at, tool) in tools.iter().enumerate() {
        let Some(function) = tool.get::<Fields>("function") else {
            faults.add(format!("/tools/{at}"), "must be a function for this model");
            continue;
        };
        let schema = function.raw("parameters").map(RawValue::to_owned);
        let schema =
            schema.unwrap_or_else(|| raw(&object! {"type": "object", "properties": Fields::default()}));
        let mut made = object! {"name": function.get::<String>("name").unwrap_or_default()};
        if let Some(description) = function.get::<String>("description") {
            made.set("description", &description);
        }
        made.set("input_schema", &schema);
        taken.push(made);
    }
    if taken.is_empty() {
        return;
    }
    out.set("tools", &taken);
    let serial = chat.get::<bool>("parallel_tool_calls") == Some(false);
    let named = chat.get::<Fields>("tool_choice").and_then(|choice| choice.get::<Fields>("function"));
    let mut choice = match (chat.get::<String>("tool_choice").as_deref(), named) {
        (_, Some(function)) => {
            object! {"type": "tool", "name": function.get::<String>("name").unwrap_or_default()}
        }
        (Some("required"), None) => object! {"type": "any"},
        (Some("none"), None) => object! {"type": "none"},
        (Some("auto"), None) => object! {"type": "auto"},
        _ if serial => object! {"type": "auto"},
        _ => return,
    };
    if serial && choice.get::<String>("type").as_deref() != Some("none") {
        choice.set("disable_parallel_tool_use", &true);
    }
    out.set("tool_choice", &choice);
}

fn format(chat: &Fields, out: &mut Fields, faults: &mut Faults) {
    let Some(format) = chat.get::<Fields>("response_format") else { return };
    match format.get::<String>("type").as_deref() {
        Some("text") | None => {}
        Some("json_schema") => {
            let schema =
                format.get::<Fields>("json_schema").and_then(|schema| Some(schema.raw("schema")?.to_owned()));
            match schema {
                Some(schema) => {
                    out.set(
                        "output_config",
                        &object! {"format": object! {"type": "json_schema", "schema": schema}},
                    );
                }
                None => faults.add("/response_format/json_schema/schema", "must be a JSON schema"),
            }
        }
        Some(_) => faults.add("/response_format/type", "must be `text` or `json_schema` for this model"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_with_tools_and_images_keeps_its_sense() {
        let chat = Fields::parse(
            br#"{"model":"claude","max_completion_tokens":50,"stop":"END","user":"u1","stream":true,
            "messages":[{"role":"system","content":"Be brief."},{"role":"developer","content":[{"type":"text","text":"In French."}]},
              {"role":"user","content":[{"type":"text","text":"Look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAA"}},{"type":"image_url","image_url":{"url":"https://a.example/b.png"}}]},
              {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"z\":1,\"a\":2}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":""}}]},
              {"role":"tool","tool_call_id":"c1","content":"one"},{"role":"tool","tool_call_id":"c2","content":"two"}],
            "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"z":{},"a":{}}}}}],
            "tool_choice":"required","parallel_tool_calls":false,"seed":7,
            "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}}"#,
        )
        .unwrap();
        let made = String::from_utf8(chat_to_messages(&chat).unwrap().to_vec()).unwrap();
        let expect = concat!(
            r#"{"model":"claude","system":"Be brief.\n\nIn French.","messages":["#,
            r#"{"role":"user","content":[{"type":"text","text":"Look"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAA"}},{"type":"image","source":{"type":"url","url":"https://a.example/b.png"}}]},"#,
            r#"{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{"z":1,"a":2}},{"type":"tool_use","id":"c2","name":"g","input":{}}]},"#,
            r#"{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"one"}]},{"type":"tool_result","tool_use_id":"c2","content":[{"type":"text","text":"two"}]}]}],"#,
            r#""max_tokens":50,"stream":true,"stop_sequences":["END"],"metadata":{"user_id":"u1"},"#,
            r#""tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{"z":{},"a":{}}}}],"tool_choice":{"type":"any","disable_parallel_tool_use":true},"#,
            r#""output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}}"#
        );
        assert_eq!(made, expect);
    }

    #[test]
    fn what_cannot_be_said_is_refused_and_named() {
        let check = |members: &str, expect: &[&str]| {
            let body = format!(r#"{{"messages":[{{"role":"user","content":"x"}}],{members}}}"#);
            let Err(Invalid::Fields(faults)) = chat_to_messages(&Fields::parse(body.as_bytes()).unwrap())
            else {
                panic!("{members} is taken")
            };
            assert_eq!(faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(), expect);
        };
        check(r#""n":2,"logprobs":true"#, &["/logprobs", "/n"]);
        check(r#""temperature":1.5"#, &["/temperature"]);
        check(r#""response_format":{"type":"json_object"}"#, &["/response_format/type"]);
        check(r#""tools":[{"type":"custom","custom":{}}]"#, &["/tools/0"]);
    }
}
