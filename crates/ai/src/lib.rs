//! Chat models without a platform: the OpenAI and Anthropic forms of requests, answers and streams, one turned into the
//! other, a judge of whether a stream ended as it should, upper bounds of tokens, and which upstream is asked.
//!
//! What a form does not say here is passed through as it came. Nothing fetches, waits or knows the time.

pub mod anthropic;
mod bound;
mod cache_key;
mod fault;
mod fields;
mod form;
pub mod openai;
mod relay;
pub mod routing;
pub mod sse;
mod translate;
mod upstream_error;
mod usage;

pub use bound::{LARGEST_OUTPUT, TokenBounds};
pub use cache_key::cache_key;
pub use fault::{Fault, Invalid};
pub use fields::Fields;
pub use form::{Call, Form, Target, WholeAnswer, whole_answer};
pub use relay::{Ending, Relay, RelayPlan};
pub use upstream_error::{UpstreamError, UpstreamErrorKind};
pub use usage::Usage;
