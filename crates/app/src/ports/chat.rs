//! A chat model, as whatever asks one needs it.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::Spending;

/// Asks for one answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatRequest {
    /// What it is and what it shall do.
    pub system: String,
    /// What it shall do it with.
    pub user: String,
    /// The JSON schema that the answer has to follow, with a name for it.
    pub schema: Option<(&'static str, Value)>,
    /// The most tokens that the answer may have.
    pub max_tokens: u32,
}

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatReply {
    /// What it says.
    pub text: String,
    /// The model that answered, as the server names it.
    pub model: String,
    /// Tokens read and written, where the server counts them.
    pub usage: Option<(u32, u32)>,
}

/// There is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// Too many requests, or a quota that is used up.
    #[error("the model's rate limit is reached")]
    RateLimited {
        /// How long to wait, where the server says.
        retry_after: Option<Duration>,
    },
    /// The server is not there or broke down; another try may succeed.
    #[error("the model is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
        /// How long to wait, where the server says.
        retry_after: Option<Duration>,
    },
    /// No whole answer came in time.
    #[error("the model did not answer in time")]
    TimedOut,
    /// The tenant's budget has no room for it.
    #[error("{detail}")]
    Budget {
        /// Which, and what is left of it.
        detail: String,
        /// How long to wait, where a wait helps.
        retry_after: Option<Duration>,
    },
    /// The server or the model will not answer this, now or later: a wrong key, an unknown model, a filter.
    #[error("the model refused: {detail}")]
    Refused {
        /// For operators.
        detail: String,
    },
    /// What came is no answer, or not one of the form that was asked for: prose, half of it, something else.
    #[error("the model's answer is malformed: {detail}")]
    Malformed {
        /// What is wrong with it.
        detail: String,
    },
}

/// A chat model.
#[async_trait(?Send)]
pub trait ChatModel {
    /// The model that is asked for, as the configuration names it.
    fn name(&self) -> &str;

    /// One answer, paid for as `spending` says.
    ///
    /// # Errors
    /// [`ChatError`], by what the caller can do about it.
    async fn complete(&self, request: &ChatRequest, spending: &Spending) -> Result<ChatReply, ChatError>;
}

/// Asks models in OpenAI's form.
#[async_trait(?Send)]
pub trait ChatExchange {
    /// Asks for what `body` says and gives the whole answer of whoever gave one, paid for as `spending` says.
    ///
    /// # Errors
    /// [`ChatError`], by what the caller can do about it.
    async fn post(&self, spending: &Spending, body: String) -> Result<Vec<u8>, ChatError>;
}
