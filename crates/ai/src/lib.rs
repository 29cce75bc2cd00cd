//! Chat models without a platform: the OpenAI and Anthropic forms of requests, answers and streams, one turned into the
//! other, a judge of whether a stream ended as it should, upper bounds of tokens, which upstream is asked, and which
//! answers may be given again, and what of a request is put aside before it leaves.
//!
//! What a form does not say here is passed through as it came. Nothing fetches, waits or knows the time.

pub mod answer;
pub mod anthropic;
mod bound;
pub mod cache;
mod fault;
mod fields;
mod form;
pub mod masking;
pub mod openai;
mod relay;
pub mod routing;
pub mod sse;
mod translate;
mod upstream_error;
mod usage;

pub use bound::{LARGEST_OUTPUT, TokenBounds};
pub use fault::{Fault, Invalid};
pub use fields::Fields;
pub use form::{Call, Form, Target, WholeAnswer, whole_answer};
pub use openai::LONGEST_MODEL;
pub use relay::{Ending, Relay, RelayPlan};
pub use upstream_error::{UpstreamError, UpstreamErrorKind};
pub use usage::Usage;
