//! Exact vector search over int8 rows, and the fusion of its result with a full-text one.
//!
//! Exact search is the right size here: one tenant's passages number in the tens of thousands, a row of 192 numbers
//! is 208 bytes, and a pass over all of them takes milliseconds, needs no training and never misses a row.
//!
//! - [`encode_row`] and [`top_k()`] are enough for a store that keeps one row a record.
//! - [`Slab`] packs hundreds of keyed rows, each with the [`Facts`] that a search can be narrowed by, into one blob; a
//!   SQLite store keeps a slab a record and offers them one by one to a [`TopK`].
//! - [`fusion`] merges a semantic ranking with a lexical one.
//!
//! Scores are cosines: rows and queries are normalized on the way in. Nothing here knows a store or a tenant; whoever
//! holds an index holds one tenant's.

mod dot;
mod facts;
pub mod fusion;
mod row;
mod slab;
mod top_k;

pub use facts::{Facts, Narrowing};
pub use row::{MAX_DIMENSIONS, QuantizedQuery, RowError, VectorError, decode_row, encode_row, score};
pub use slab::{Key, Slab, SlabError};
pub use top_k::{Hit, Ranking, TopK, top_k};
