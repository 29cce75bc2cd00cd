//! A server's answer, read strictly by its form.

use app::ports::{ChatError, ChatReply};
use serde::Deserialize;

/// Of a server's complaint so many characters are passed on.
const COMPLAINT: usize = 300;

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    model: String,
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u32,
    #[serde(default)]
    completion_tokens: u32,
}

pub(super) fn completion(body: &[u8]) -> Result<ChatReply, ChatError> {
    let malformed = |detail: String| ChatError::Malformed { detail };
    let completion: Completion = serde_json::from_slice(body)
        .map_err(|error| malformed(format!("it is no chat completion: {error}")))?;
    let choice = completion.choices.into_iter().next();
    let choice = choice.ok_or_else(|| malformed("it has no choice".to_owned()))?;
    if let Some(detail) = choice.message.refusal {
        return Err(ChatError::Refused { detail: cut(&detail) });
    }
    match choice.finish_reason.as_deref() {
        Some("length") => return Err(malformed("it was cut at the most tokens it may have".to_owned())),
        Some("content_filter") => {
            return Err(ChatError::Refused { detail: "the server's filter took the answer".to_owned() });
        }
        _ => {}
    }
    let text = choice.message.content.filter(|text| !text.trim().is_empty());
    Ok(ChatReply {
        text: text.ok_or_else(|| malformed("it is empty".to_owned()))?,
        model: completion.model,
        usage: completion.usage.map(|usage| (usage.prompt_tokens, usage.completion_tokens)),
    })
}

fn cut(text: &str) -> String {
    text.chars().take(COMPLAINT).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_completions_are_read_or_refused() {
        let seeds = [
            r#"{"id":"c","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"{\"signals\":[]}"}}],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}"#,
            r#"{"choices":[{"message":{"refusal":"no","content":null},"finish_reason":"content_filter"}]}"#,
        ];
        hostile::survives(env!("CARGO_MANIFEST_DIR"), "completion", seeds, |body| {
            if let Ok(reply) = completion(body) {
                assert!(!reply.text.trim().is_empty());
            }
        });
    }
}
