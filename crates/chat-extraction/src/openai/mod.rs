//! [`ChatModel`] in OpenAI's form of a chat, over whatever asks models for us.

mod answer;

use app::ports::{ChatError, ChatExchange, ChatModel, ChatReply, ChatRequest, Spending};
use async_trait::async_trait;
use serde_json::json;

/// See the module.
#[derive(Debug, Clone)]
pub struct OpenAiModel<X> {
    exchange: X,
    name: String,
}

impl<X: ChatExchange> OpenAiModel<X> {
    /// The model, or alias of one, that is asked for as `name` over `exchange`.
    pub fn new(exchange: X, name: impl Into<String>) -> Self {
        Self { exchange, name: name.into() }
    }
}

#[async_trait(?Send)]
impl<X: ChatExchange> ChatModel for OpenAiModel<X> {
    fn name(&self) -> &str {
        &self.name
    }

    async fn complete(&self, request: &ChatRequest, spending: &Spending) -> Result<ChatReply, ChatError> {
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
        answer::completion(&self.exchange.post(spending, body.to_string()).await?)
    }
}
