//! Finds signals with a chat model, over the port [`app::ports::ChatModel`]: the prompt and its schema, long calls in
//! pieces, a strict reading of every reply, and the findings of all pieces as one.
//!
//! [`ModelExtractor`] is the pipeline's extractor; [`openai`] speaks to any OpenAI-compatible server. Neither fetches:
//! the exchange with the server is handed in.

mod claims;
mod extractor;
mod merge;
pub mod openai;
mod pieces;
mod prompt;

pub use extractor::{ModelExtractor, Pause};
