//! Why a request for a model goes where it goes.

use serde::Serialize;
use utoipa::ToSchema;

use crate::Timestamp;

/// The body of `POST /v1/routes/explain`: a chat as `POST /v1/chat/completions` takes it, or what of it is of interest.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainRoute {
    /// A model or an alias.
    #[schema(min_length = 1, max_length = 256, example = "fast")]
    pub model: String,
    /// Whether the answer is to come as server-sent events.
    #[schema(required = false, default = false)]
    pub stream: Option<bool>,
    /// How many tokens the request has; counted where there are `messages`.
    #[schema(example = 1_200)]
    pub input_tokens: Option<u64>,
    /// The most tokens of the answer.
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub max_completion_tokens: Option<u64>,
}

/// Who would answer, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteExplanation {
    /// The name that was asked for.
    #[schema(example = "fast")]
    pub asked: String,
    /// What it stands for.
    #[schema(example = "openai/gpt-5-mini")]
    pub model: String,
    /// Whose alias it is: `tenant` or `everybody`.
    pub alias: Option<String>,
    /// The edition of the document that decides.
    pub revision: String,
    /// The route that decides; none where servers have the model by its name.
    pub route: Option<String>,
    /// Every route, in order.
    pub routes: Vec<ConsideredRoute>,
    /// Who is asked, in order.
    pub candidates: Vec<RouteCandidate>,
    /// After which failures the next is asked.
    pub fallback_on: Vec<String>,
    /// After how long without the first of an answer the second is asked as well, in milliseconds.
    pub hedge_after_ms: Option<u64>,
    /// What would be held in the budget.
    pub hold: RouteHold,
    /// The budget's limits that it counts against.
    pub limits: Vec<RouteLimit>,
    /// Why nobody is asked, where nobody is.
    pub refusal: Option<String>,
    /// What led here, step by step.
    pub because: Vec<String>,
}

/// A route that was looked at.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsideredRoute {
    /// Its name.
    pub name: String,
    /// Whether all its conditions hold; the first that does decides.
    pub holds: bool,
    /// The first condition that does not.
    #[schema(example = "max_input_tokens")]
    pub condition: Option<String>,
    /// Why it does not.
    pub reason: Option<String>,
}

/// One that may answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteCandidate {
    /// The server's name.
    pub upstream: String,
    /// The model's own name there.
    pub model: String,
    /// Its share among the route's targets; none for a fallback.
    pub weight: Option<u32>,
    /// `closed`, or `open` where it failed too often of late and is asked last, as far as this isolate knows.
    #[schema(example = "closed")]
    pub breaker: String,
    /// How many of its last calls failed, of a hundred.
    pub failed_percent: u32,
    /// How long the first of its answer may take, in milliseconds.
    pub first_byte_ms: u64,
    /// How long the next piece of a stream may take, in milliseconds.
    pub stall_ms: u64,
}

/// What would be held: the most that the call can take.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteHold {
    /// Tokens of the request.
    pub tokens_in: u64,
    /// Tokens of the answer.
    pub tokens_out: u64,
    /// What they cost, in US dollars; none where a model's price is not known.
    pub usd: Option<f64>,
}

/// A limit of the budget.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteLimit {
    /// In words.
    #[schema(example = "5.00 USD a month")]
    pub limit: String,
    /// What is left of it.
    #[schema(example = "1.20 USD")]
    pub left: String,
    /// Whether the call fits at present.
    pub fits: bool,
    /// When it begins anew.
    pub resets_at: Option<Timestamp>,
}
