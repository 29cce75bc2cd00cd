//! A request in Anthropic's form as a chat request in OpenAI's.

use super::{object, raw};
use crate::fault::{Faults, Invalid};
use crate::fields::Fields;

/// See the module. The limit on the answer goes by the name that the upstream heeds.
pub(crate) fn messages_to_chat(request: &Fields, limit_name: &str) -> Result<Fields, Invalid> {
    let mut faults = Faults::default();
    for name in ["mcp_servers", "container"] {
        if request.has(name) {
            faults.add(format!("/{name}"), "is not supported by the server of this model");
        }
    }
    let mut out = Fields::default();
    out.set("model", &request.get::<String>("model"));
    let mut messages = Vec::new();
    let system = texts(request, "system");
    if !system.is_empty() {
        messages.push(object! {"role": "system", "content": system.join("\n\n")});
    }
    let turns: Vec<Fields> = request.get("messages").unwrap_or_default();
    for (at, turn) in turns.iter().enumerate() {
        self::turn(turn, &format!("/messages/{at}"), &mut messages, &mut faults);
    }
    out.set("messages", &messages);
    if let Some(most) = request.get::<u64>("max_tokens") {
        out.set(limit_name, &most);
    }
    for (name, theirs) in
        [("stream", "stream"), ("temperature", "temperature"), ("top_p", "top_p"), ("stop_sequences", "stop")]
    {
        if let Some(value) = request.raw(name).filter(|value| value.get() != "null") {
            out.set(theirs, value);
        }
    }
    if let Some(user) =
        request.get::<Fields>("metadata").and_then(|metadata| metadata.get::<String>("user_id"))
    {
        out.set("user", &user);
    }
    tools(request, &mut out, &mut faults);
    let format = request.get::<Fields>("output_config").and_then(|config| config.get::<Fields>("format"));
    if let Some(schema) = format.as_ref().and_then(|format| format.raw("schema")) {
        let named = object! {"name": "answer", "strict": true, "schema": schema};
        out.set("response_format", &object! {"type": "json_schema", "json_schema": named});
    }
    faults.into_result(out)
}

fn texts(fields: &Fields, name: &str) -> Vec<String> {
    if let Some(text) = fields.get::<String>(name) {
        return vec![text];
    }
    let blocks: Vec<Fields> = fields.get(name).unwrap_or_default();
    blocks.iter().filter_map(|block| block.get("text")).collect()
}

/// One turn may be several messages: each result of a tool is one.
fn turn(turn: &Fields, place: &str, messages: &mut Vec<Fields>, faults: &mut Faults) {
    let role: String = turn.get("role").unwrap_or_default();
    if let Some(text) = turn.get::<String>("content") {
        messages.push(object! {"role": role, "content": text});
        return;
    }
    let blocks: Vec<Fields> = turn.get("content").unwrap_or_default();
    let (mut parts, mut calls) = (Vec::new(), Vec::new());
    for (at, block) in blocks.iter().enumerate() {
        match block.get::<String>("type").as_deref() {
            Some("text") => {
                parts.push(object! {"type": "text", "text": block.get::<String>("text").unwrap_or_default()});
            }
            Some("image") => {
                let url = url(&block.get("source").unwrap_or_default());
                parts.push(object! {"type": "image_url", "image_url": object! {"url": url}});
            }
            Some("tool_use") => calls.push(call(block)),
            Some("tool_result") => {
                let id: String = block.get("tool_use_id").unwrap_or_default();
                let said = texts(block, "content").join("\n");
                messages.push(object! {"role": "tool", "tool_call_id": id, "content": said});
            }
            // What a model thought is signed by its own provider and means nothing to another.
            Some("thinking" | "redacted_thinking") => {}
            _ => faults.add(
                format!("{place}/content/{at}/type"),
                "must be `text`, `image`, `tool_use` or `tool_result` for this model",
            ),
        }
    }
    if parts.is_empty() && calls.is_empty() {
        return;
    }
    let mut message = object! {"role": role};
    let only_text = parts.iter().all(|part| part.get::<String>("type").as_deref() == Some("text"));
    if parts.is_empty() {
        message.set("content", &());
    } else if only_text {
        let texts: Vec<String> = parts.iter().filter_map(|part| part.get("text")).collect();
        message.set("content", &texts.join("\n"));
    } else {
        message.set("content", &parts);
    }
    if !calls.is_empty() {
        message.set("tool_calls", &calls);
    }
    messages.push(message);
}

fn call(block: &Fields) -> Fields {
    let input = block.raw("input").map_or_else(|| "{}".to_owned(), |input| input.get().to_owned());
    let function = object! {"name": block.get::<String>("name").unwrap_or_default(), "arguments": input};
    object! {"id": block.get::<String>("id").unwrap_or_default(), "type": "function", "function": function}
}

/// An image as a URL, which holds the image itself where it was sent along.
fn url(source: &Fields) -> String {
    let text = |name| source.get::<String>(name).unwrap_or_default();
    match source.get::<String>("type").as_deref() {
        Some("base64") => format!("data:{};base64,{}", text("media_type"), text("data")),
        _ => text("url"),
    }
}

fn tools(request: &Fields, out: &mut Fields, faults: &mut Faults) {
    let tools: Vec<Fields> = request.get("tools").unwrap_or_default();
    let mut taken = Vec::new();
    for (at, tool) in tools.iter().enumerate() {
        let kind: Option<String> = tool.get("type");
        if kind.is_some_and(|kind| kind != "custom") {
            faults.add(format!("/tools/{at}/type"), "must be a tool of your own for this model");
            continue;
        }
        let mut function = object! {"name": tool.get::<String>("name").unwrap_or_default()};
        if let Some(description) = tool.get::<String>("description") {
            function.set("description", &description);
        }
        let none = raw(&object! {"type": "object", "properties": Fields::default()});
        function.set("parameters", &tool.raw("input_schema").unwrap_or(&none));
        taken.push(object! {"type": "function", "function": function});
    }
    if taken.is_empty() {
        return;
    }
    out.set("tools", &taken);
    let Some(choice) = request.get::<Fields>("tool_choice") else { return };
    if choice.get::<bool>("disable_parallel_tool_use") == Some(true) {
        out.set("parallel_tool_calls", &false);
    }
    match choice.get::<String>("type").as_deref() {
        Some("any") => out.set("tool_choice", &"required"),
        Some("none") => out.set("tool_choice", &"none"),
        Some("tool") => {
            let function = object! {"name": choice.get::<String>("name").unwrap_or_default()};
            out.set("tool_choice", &object! {"type": "function", "function": function});
        }
        _ => out.set("tool_choice", &"auto"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_with_tools_and_images_keeps_its_sense() {
        let request = Fields::parse(
            br#"{"model":"gpt","max_tokens":50,"system":[{"type":"text","text":"Be brief.","cache_control":{}}],"stop_sequences":["END"],
            "messages":[{"role":"user","content":[{"type":"text","text":"Look"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAA"}}]},
              {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"I ask."},{"type":"tool_use","id":"c1","name":"f","input":{"z":1,"a":2}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"one"}]},{"type":"text","text":"Go on"}]}],
            "tools":[{"name":"f","input_schema":{"type":"object","properties":{"z":{},"a":{}}}}],
            "tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},"metadata":{"user_id":"u1"}}"#,
        )
        .unwrap();
        let made = messages_to_chat(&request, "max_completion_tokens").unwrap();
        let expect = concat!(
            r#"{"model":"gpt","messages":[{"role":"system","content":"Be brief."},"#,
            r#"{"role":"user","content":[{"type":"text","text":"Look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAA"}}]},"#,
            r#"{"role":"assistant","content":"I ask.","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"z\":1,\"a\":2}"}}]},"#,
            r#"{"role":"tool","tool_call_id":"c1","content":"one"},{"role":"user","content":"Go on"}],"#,
            r#""max_completion_tokens":50,"stop":["END"],"user":"u1","#,
            r#""tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"z":{},"a":{}}}}}],"#,
            r#""parallel_tool_calls":false,"tool_choice":{"type":"function","function":{"name":"f"}}}"#
        );
        assert_eq!(String::from_utf8(made.to_vec()).unwrap(), expect);
    }

    #[test]
    fn what_cannot_be_said_is_refused_and_named() {
        let body =
            br#"{"mcp_servers":[],"messages":[{"role":"user","content":[{"type":"document","source":{}}]}],
            "tools":[{"type":"web_search_20250305","name":"web_search"}]}"#;
        let Err(Invalid::Fields(faults)) = messages_to_chat(&Fields::parse(body).unwrap(), "max_tokens")
        else {
            panic!("it is taken")
        };
        let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/mcp_servers", "/messages/0/content/0/type", "/tools/0/type"]);
    }
}
