//! Why a request for a model goes where it goes: a decision told, and nothing asked.

use mesh::Bytes;

use crate::Timestamp;

/// Asks who would answer a chat, and why.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct ExplainRoute {
    /// A chat in OpenAI's form; or its `model`, and of `stream`, `input_tokens`, `max_completion_tokens` and `n` what is of
    /// interest.
    pub body: Bytes,
    /// The tenant's plan.
    pub plan: String,
    /// The public half of the key that asks.
    #[serde(default)]
    pub key_prefix: Option<String>,
}

/// Who would answer, and why.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteExplanation {
    /// The name that was asked for.
    pub asked: String,
    /// What it stands for.
    pub model: String,
    /// Whose alias the name is: `tenant` or `everybody`; none where it is none.
    #[serde(default)]
    pub alias: Option<String>,
    /// The edition of the document that decides.
    #[serde(default)]
    pub revision: String,
    /// Every route, in order.
    pub routes: Vec<ConsideredRoute>,
    /// The route that decides; none where upstreams have the model by name.
    #[serde(default)]
    pub route: Option<String>,
    /// Who is asked, in order.
    pub candidates: Vec<RouteCandidate>,
    /// After which failures the next is asked: `rate_limited`, `server_error`, `timeout`, `connect`.
    pub fallback_on: Vec<String>,
    /// After how long without the first of an answer the second is asked as well, in milliseconds.
    #[serde(default)]
    pub hedge_after_ms: Option<u64>,
    /// The most tokens that the request can have.
    pub tokens_in: u64,
    /// The most that its answer can have.
    pub tokens_out: u64,
    /// The most that it can cost, in billionths of a US dollar: what is held. None where a model's price is not known.
    #[serde(default)]
    pub hold_nanos: Option<u64>,
    /// The limits of the budget that it counts against.
    pub limits: Vec<RouteLimit>,
    /// Why nobody is asked, where nobody is.
    #[serde(default)]
    pub refusal: Option<String>,
    /// What led here, step by step.
    pub because: Vec<String>,
}

/// A route that was looked at.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsideredRoute {
    /// Its name.
    pub name: String,
    /// Whether all its conditions hold.
    pub holds: bool,
    /// The first condition that does not, by its name in the document.
    #[serde(default)]
    pub condition: Option<String>,
    /// Why it does not.
    #[serde(default)]
    pub reason: Option<String>,
}

/// One that may answer.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteCandidate {
    /// The upstream's name.
    pub upstream: String,
    /// The model's own name there.
    pub model: String,
    /// Its share among the route's targets; none for a fallback, and where no route decides.
    #[serde(default)]
    pub weight: Option<u32>,
    /// `closed`, or `open` where it failed too often of late, as far as the isolate that answers knows.
    pub breaker: String,
    /// How many of its calls in the last half minute failed, of a hundred.
    pub failed_percent: u32,
    /// How long the first of its answer may take, in milliseconds.
    pub first_byte_ms: u64,
    /// How long the next piece of a stream may take.
    pub stall_ms: u64,
}

/// A limit of the budget.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteLimit {
    /// In words.
    pub limit: String,
    /// What is left of it, in words.
    pub left: String,
    /// Whether the call fits at present.
    pub fits: bool,
    /// When it begins anew.
    #[serde(default)]
    pub resets_at: Option<Timestamp>,
}
