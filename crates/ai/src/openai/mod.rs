//! OpenAI's form: chat completions, their chunks, embeddings and models.

mod answer;
mod chunk;
pub mod embeddings;
mod request;

pub(crate) use answer::judge_whole;
pub(crate) use chunk::{Chunk, ChunkJudge, DONE, Seen};
pub use request::LONGEST_MODEL;
pub(crate) use request::{MOST_OUTPUT, flag, model, not_json, number, read};

use crate::usage::Usage;
use serde::Deserialize;

/// Tokens as this form tells them.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Tokens {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    #[serde(default)]
    prompt_tokens_details: Option<Details>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
struct Details {
    #[serde(default)]
    cached_tokens: Option<u64>,
}

impl From<Tokens> for Usage {
    fn from(tokens: Tokens) -> Self {
        let cached = tokens.prompt_tokens_details.and_then(|details| details.cached_tokens).unwrap_or(0);
        Self {
            input: tokens.prompt_tokens,
            cached: cached.min(tokens.prompt_tokens),
            output: tokens.completion_tokens,
        }
    }
}
