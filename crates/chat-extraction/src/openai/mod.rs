//! [`ChatModel`] over any server with OpenAI's `POST /chat/completions`: a provider, AI Gateway, or one of your own.

mod answer;

use app::ports::{ChatError, ChatModel, ChatReply, ChatRequest};
use async_trait::async_trait;
use serde_json::json;

/// What came back over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The `retry-after` header.
    pub retry_after: Option<String>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Nothing came back, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// Not within the time that the exchange has.
    #[error("no whole answer came in time")]
    TimedOut,
    /// The connection could not be made, or broke.
    #[error("{0}")]
    Broken(String),
}

/// Posts JSON to the server's `chat/completions`. Address, credentials and time limit are the implementation's.
#[async_trait(?Send)]
pub trait Exchange {
    /// Posts `body` and reads the whole answer.
    ///
    /// # Errors
    /// [`ExchangeError`].
    async fn post(&self, body: String) -> Result<HttpAnswer, ExchangeError>;
}

/// See the module.
#[derive(Debug, Clone)]
pub struct OpenAiModel<X> {
    exchange: X,
    name: String,
}

impl<X: Exchange> OpenAiModel<X> {
    /// The model `name` of the server behind `exchange`.
    pub fn new(exchange: X, name: impl Into<String>) -> Self {
        Self { exchange, name: name.into() }
    }
}

#[async_trait(?Send)]
impl<X: Exchange> ChatModel for OpenAiModel<X> {
    fn name(&self) -> &str {
        &self.name
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply, ChatError> {
        let mut body = json!({
            "model": self.name,
            "messages": [
                { "role": "system", "content": request.system },
                { "role": "user", "content": request.user }
            ],
            "max_tokens": request.max_tokens,
            "temperature": 0
        });
        if let Some((name, schema)) = &request.schema {
            body["response_format"] = json!({
                "type": "json_schema",
                "json_schema": { "name": name, "strict": true, "schema": schema }
            });
        }
        match self.exchange.post(body.to_string()).await {
            Ok(answer) => answer::read(&answer),
            Err(ExchangeError::TimedOut) => Err(ChatError::TimedOut),
            Err(ExchangeError::Broken(detail)) => Err(ChatError::Unavailable { detail, retry_after: None }),
        }
    }
}
