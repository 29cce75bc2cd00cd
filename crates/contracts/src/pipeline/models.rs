//! Models: chats, embeddings, and which there are.

use mesh::{ByteStream, Bytes};

use super::model_routes::{ExplainRoute, RouteExplanation};
use crate::{TenantCall, Timestamp};

/// The gateway's view of the models.
#[mesh::service(contract = "../../contracts/Models.json")]
pub trait Models {
    /// Asks a model for an answer to a conversation. Asked again, it is asked again: nothing is kept but what the cache may
    /// keep.
    async fn complete(&self, context: &TenantCall, request: Complete) -> Result<Completion, ModelError>;
    /// Turns texts into vectors.
    async fn embed(&self, context: &TenantCall, request: Embed) -> Result<Embedded, ModelError>;
    /// Who would answer a chat, and why. Nobody is asked.
    #[mesh(idempotent)]
    async fn explain_route(
        &self,
        context: &TenantCall,
        request: ExplainRoute,
    ) -> Result<RouteExplanation, ModelError>;
    /// The models that the tenant may ask.
    #[mesh(idempotent)]
    async fn list_models(&self, context: &TenantCall, request: ListModels) -> Result<ModelList, ModelError>;
}

/// The form of a request and of its answer.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ModelForm {
    /// OpenAI's chat completions.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
}

/// Asks for an answer to a conversation.
#[mesh::message]
#[derive(Debug)]
pub struct Complete {
    /// The body's form.
    pub form: ModelForm,
    /// The request as it came.
    pub body: Bytes,
    /// The tenant's plan.
    pub plan: String,
    /// The public half of the key that asks.
    #[serde(default)]
    pub key_prefix: Option<String>,
    /// Nothing comes of it. Where it ends or breaks before the answer does, whoever asked has left, and the model's server
    /// is left too.
    #[serde(default)]
    pub presence: Option<ByteStream>,
    /// What the request says of kept answers: its header `weft-cache`.
    #[serde(default)]
    pub cache: Option<String>,
    /// The request's own id, as its answer tells it; none where the platform asks by itself.
    #[serde(default)]
    pub request_id: Option<String>,
}

/// An answer: whole, or as it comes.
#[mesh::message]
#[derive(Debug)]
pub struct Completion {
    /// The body's media type.
    pub media_type: String,
    /// What is told in the answer's headers, names in lower case.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The whole body; empty where it comes as a stream.
    #[serde(default)]
    pub body: Bytes,
    /// The body as it comes. It ends with an error event where the answer is not whole.
    #[serde(default)]
    pub stream: Option<ByteStream>,
}

/// Asks for vectors.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct Embed {
    /// The request as it came, in OpenAI's form.
    pub body: Bytes,
    /// The tenant's plan.
    pub plan: String,
    /// The public half of the key that asks.
    #[serde(default)]
    pub key_prefix: Option<String>,
    /// What the request says of kept answers: its header `weft-cache`.
    #[serde(default)]
    pub cache: Option<String>,
}

/// Vectors, in OpenAI's form.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct Embedded {
    /// The whole body.
    pub body: Bytes,
    /// What is told in the answer's headers, names in lower case.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
}

/// Asks which models there are.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct ListModels {}

/// The models that a tenant may ask.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelList {
    /// By name.
    pub items: Vec<Model>,
}

/// A model, or an alias of one.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The name to ask for it by.
    pub id: String,
    /// Who serves it.
    pub owned_by: String,
}

/// Something of a request that it cannot have.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFault {
    /// Which, as a JSON pointer.
    pub pointer: String,
    /// What is wrong with it, as a predicate.
    pub detail: String,
}

/// Why there is no answer.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ModelError {
    /// No server of models is configured.
    #[error("no server of models is configured")]
    NotConfigured,
    /// The configuration cannot be used; for operators.
    #[error("the configuration of models cannot be used: {detail}")]
    Misconfigured {
        /// What is wrong with it.
        detail: String,
    },
    /// The body is no JSON.
    #[error("the body is not JSON: {detail}")]
    NotJson {
        /// Where it stops making sense.
        detail: String,
    },
    /// The request cannot be carried out as it stands.
    #[error("{} things are wrong with the request", .faults.len())]
    Invalid {
        /// What is wrong.
        faults: Vec<RequestFault>,
    },
    /// There is no such model for this tenant.
    #[error("there is no model `{model}`")]
    UnknownModel {
        /// Which.
        model: String,
    },
    /// The tenant may not ask this model.
    #[error("the model `{model}` is not among those that may be asked")]
    NotAllowed {
        /// Which.
        model: String,
    },
    /// A budget has no room for the call.
    #[error("{detail}")]
    Budget {
        /// Which, and what is left of it.
        detail: String,
        /// Whether a wait helps by itself: a rate, or what other calls hold.
        wait: bool,
        /// How long to wait, in seconds.
        #[serde(default)]
        retry_after_s: Option<u64>,
        /// When the budget begins anew.
        #[serde(default)]
        resets_at: Option<Timestamp>,
    },
    /// The model's server refuses the request.
    #[error("the model's server refuses the request: {message}")]
    Refused {
        /// What it says.
        message: String,
        /// Its own word for it.
        #[serde(default)]
        code: Option<String>,
        /// The parameter that it names.
        #[serde(default)]
        param: Option<String>,
    },
    /// The model's server allows no more at present.
    #[error("the model's server allows no more at present: {message}")]
    RateLimited {
        /// What it says.
        message: String,
        /// How long it asks to wait, in seconds.
        #[serde(default)]
        retry_after_s: Option<u64>,
    },
    /// No server of the model gave an answer.
    #[error("the model's server gave no answer: {message}")]
    Failed {
        /// What went wrong, for the client.
        message: String,
        /// How long it asks to wait, in seconds.
        #[serde(default)]
        retry_after_s: Option<u64>,
        /// Whether another try may succeed.
        retry: bool,
    },
    /// Something that is needed does not answer.
    #[error("the models are not available: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
