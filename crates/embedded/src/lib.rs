//! Adapters that need no platform product, each a full implementation of its port's job.
//!
//! [`embedding`] turns text into vectors with a static model, [`vectors`] searches them exactly, [`words`] makes terms of text, and [`extraction`]
//! finds signals by rules; [`adapters`] puts them behind the pipeline's ports. [`parquet`] keeps the analysts' archive in files. [`prices`] says what models cost, [`platform_prices`] what the platform below does. Pure Rust: no Worker, no clock, no I/O; callers hand in the model's bytes.

pub mod adapters;
pub mod embedding;
pub mod extraction;
pub mod parquet;
pub mod platform_prices;
pub mod prices;
pub mod vectors;
pub mod words;
