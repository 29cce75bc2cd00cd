//! A whole chat completion in OpenAI's form.

use std::borrow::Cow;

use serde::Deserialize;

use super::Tokens;
use super::chunk::{Delta, written};
use crate::usage::Usage;

#[derive(Deserialize)]
struct Completion<'a> {
    #[serde(borrow, default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Delta<'a>,
    #[serde(borrow, default)]
    finish_reason: Option<Cow<'a, str>>,
}

/// Judges a whole answer; gives its tokens where it tells them, and how many bytes of text it has.
pub(crate) fn judge_whole(body: &[u8]) -> Result<(Option<Usage>, u64), String> {
    let completion: Completion<'_> =
        serde_json::from_slice(body).map_err(|error| format!("the answer is no chat completion: {error}"))?;
    let choices = completion.choices.filter(|choices| !choices.is_empty());
    let choices = choices.ok_or("the answer has no choice")?;
    if choices.iter().any(|choice| choice.finish_reason.is_none()) {
        return Err("a choice of the answer has no `finish_reason`".to_owned());
    }
    let bytes = choices.iter().map(|choice| written(&choice.message)).sum();
    Ok((completion.usage.map(Usage::from), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_only_when_each_choice_says_why_it_ended() {
        let good =
            br#"{"choices":[{"message":{"role":"assistant","content":"h\u00e9"},"finish_reason":"stop"}],
            "usage":{"prompt_tokens":7,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":2}}}"#;
        let usage = Usage { input: 7, cached: 2, output: 3 };
        assert_eq!(judge_whole(good), Ok((Some(usage), 3)));
        for bad in [
            "<html>",
            "{}",
            r#"{"choices":[]}"#,
            r#"{"choices":[{"message":{"content":"x"}}]}"#,
            r#"{"error":{"message":"no"}}"#,
        ] {
            assert!(judge_whole(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
