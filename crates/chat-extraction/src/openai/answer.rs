//! A server's answer, read by its status and then strictly by its form.

use std::time::Duration;

use app::ports::{ChatError, ChatReply};
use serde::Deserialize;

use super::HttpAnswer;

/// Of a server's complaint so many characters are passed on.
const COMPLAINT: usize = 300;
/// A wait longer than this is not waited: the rules stand in.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

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

pub(super) fn read(answer: &HttpAnswer) -> Result<ChatReply, ChatError> {
    let retry_after = answer.retry_after.as_deref().and_then(wait);
    match answer.status {
        200..=299 => completion(&answer.body),
        429 => Err(ChatError::RateLimited { retry_after }),
        408 | 504 => Err(ChatError::TimedOut),
        500..=599 => Err(ChatError::Unavailable { detail: complaint(answer), retry_after }),
        _ => Err(ChatError::Refused { detail: complaint(answer) }),
    }
}

/// Seconds, as every server of this kind says it. A date would need a clock and is treated as no word.
fn wait(header: &str) -> Option<Duration> {
    let seconds: f64 = header.trim().parse().ok()?;
    let wait = Duration::try_from_secs_f64(seconds).ok()?;
    (wait <= LONGEST_WAIT).then_some(wait)
}

fn completion(body: &[u8]) -> Result<ChatReply, ChatError> {
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

/// The status and what the server says of it.
fn complaint(answer: &HttpAnswer) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
    let said = value.as_ref().and_then(|value| {
        value["error"]["message"]
            .as_str()
            .or_else(|| value["error"].as_str())
            .or_else(|| value["message"].as_str())
    });
    match said {
        Some(said) => format!("status {}: {}", answer.status, cut(said)),
        None => format!("status {}", answer.status),
    }
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
            let _ = wait(&String::from_utf8_lossy(body));
        });
    }
}
