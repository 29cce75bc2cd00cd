//! Models: what of OpenAI's and Anthropic's forms this surface itself knows. The rest is passed through as it comes, so
//! these types describe and do not read.

use serde::Serialize;
use utoipa::ToSchema;

/// The body of `POST /v1/chat/completions`, in OpenAI's form. Members that are not listed go to the model's server as they
/// are.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreateChatCompletion {
    /// A model or an alias, as `GET /v1/models` lists them.
    #[schema(min_length = 1, max_length = 256, example = "fast")]
    pub model: String,
    /// The conversation so far.
    #[schema(min_items = 1)]
    pub messages: Vec<ChatMessage>,
    /// Whether the answer comes as server-sent events.
    #[schema(required = false, default = false)]
    pub stream: Option<bool>,
    /// The most tokens of the answer. A budget holds room for so many.
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub max_completion_tokens: Option<u64>,
    /// The same, as older servers know it.
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub max_tokens: Option<u64>,
    /// How many answers.
    #[schema(minimum = 1, maximum = 128)]
    pub n: Option<u64>,
}

/// One message of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatMessage {
    /// Whose words these are.
    #[schema(min_length = 1, example = "user")]
    pub role: String,
    /// A text, or an array of parts.
    #[schema(value_type = Option<Object>, example = "What did Northwind say about the budget?")]
    pub content: Option<serde_json::Value>,
}

/// The body of `POST /v1/messages`, in Anthropic's form. Members that are not listed go to the model's server as they are.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreateMessage {
    /// A model or an alias, as `GET /v1/models` lists them.
    #[schema(min_length = 1, max_length = 256, example = "fast")]
    pub model: String,
    /// The most tokens of the answer.
    #[schema(minimum = 1, maximum = 10_000_000, example = 512)]
    pub max_tokens: u64,
    /// The conversation so far; roles are `user` and `assistant`.
    #[schema(min_items = 1)]
    pub messages: Vec<ChatMessage>,
    /// Whether the answer comes as server-sent events.
    #[schema(required = false, default = false)]
    pub stream: Option<bool>,
}

/// The body of `POST /v1/embeddings`.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreateEmbedding {
    /// `weft-static`, which is always there and costs nothing, or a model of a server.
    #[schema(min_length = 1, max_length = 256, example = "weft-static")]
    pub model: String,
    /// A text or an array of texts, at most 2,048; for a model of a server also its tokens.
    #[schema(value_type = Object, example = json!(["worried about the migration effort"]))]
    pub input: serde_json::Value,
    /// How numbers are written: `float`, or `base64` for 32-bit floats, little-endian.
    #[schema(example = "float")]
    pub encoding_format: Option<String>,
    /// How many numbers of each vector; `weft-static` has as many as it has.
    #[schema(minimum = 1)]
    pub dimensions: Option<u64>,
}

/// An answer in OpenAI's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatCompletion {
    /// Its id, by the model's server.
    pub id: String,
    /// One for each answer that was asked for.
    #[schema(value_type = Vec<Object>)]
    pub choices: Vec<serde_json::Value>,
}

/// An answer in Anthropic's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    /// Its id, by the model's server.
    pub id: String,
    /// What it says, block by block.
    #[schema(value_type = Vec<Object>)]
    pub content: Vec<serde_json::Value>,
    /// Why it ends.
    pub stop_reason: String,
}

/// Vectors in OpenAI's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct EmbeddingList {
    /// One for each text, in order.
    #[schema(value_type = Vec<Object>)]
    pub data: Vec<serde_json::Value>,
    /// The model that made them.
    pub model: String,
}

/// The models that this key's tenant may ask.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelList {
    /// `list`.
    pub object: &'static str,
    /// By name.
    pub data: Vec<Model>,
}

/// A model, or an alias of one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Model {
    /// The name to ask for it by.
    #[schema(example = "weft-static")]
    pub id: String,
    /// `model`.
    pub object: &'static str,
    /// When it was made, in Unix seconds: 0, since nobody tells.
    pub created: u64,
    /// Who serves it.
    #[schema(example = "weft")]
    pub owned_by: String,
}
