//! Text to vectors by a static model: one row of numbers a token, summed and normalized; no network, no accelerator.
//!
//! [`StaticModel`] holds the model and turns a text into a unit vector in microseconds. [`chunking`] cuts a long
//! text into passages short enough for it. The model's files, its exact rules and its measured quality are described
//! in `model/README.md` of this crate. Nothing here reads a file: callers hand in the bytes, so the same code serves
//! a Worker that carries the model in its bundle and one that fetches it.

pub mod chunking;
mod model;
mod normalize;
pub mod overlap;
pub mod relevance;
mod safetensors;
mod vocabulary;
mod wordpiece;

pub use model::{ModelError, StaticModel};
