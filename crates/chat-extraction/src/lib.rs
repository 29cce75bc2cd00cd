//! Finds signals with a chat model, over the port [`app::ports::ChatModel`]: the prompt and its schema, long calls in
//! pieces, a strict reading of every reply, and the findings of all pieces as one.
//!
//! [`ModelExtractor`] is the pipeline's extractor; [`openai`] says what is asked in OpenAI's form. Neither fetches, routes nor
//! pays: [`app::models::OwnModels`] does.

mod claims;
mod extractor;
mod merge;
pub mod openai;
mod pieces;
mod prompt;

pub use extractor::{ModelExtractor, Pause};
