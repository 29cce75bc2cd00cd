//! Exact vector search over int8 rows, and the fusion of its result with a full-text one.
//!
//! Exact search is the right size here: one tenant's passages number in the tens of thousands, a row of 192 numbers
//! is 208 bytes, and a pass over all of them takes milliseconds, needs no training and never misses a row.
//!
//! - [`encode_row`] and [`top_k()`] are enough for a store that keeps one row a record.
//! - [`Slab`] packs thousands of keyed rows into one blob, and [`VectorIndex`] spreads a tenant's rows over slabs, says
//!   which changed, and searches them; a SQLite store keeps a slab a record.
//! - [`fusion`] merges a semantic ranking with a lexical one.
//!
//! Scores are cosines: rows and queries are normalized on the way in. Nothing here knows a store or a tenant; whoever
//! holds an index holds one tenant's.

mod dot;
pub mod fusion;
mod index;
mod row;
mod slab;
mod top_k;

pub use index::{IndexError, VectorIndex};
pub use row::{MAX_DIMENSIONS, QuantizedQuery, RowError, VectorError, decode_row, encode_row, score};
pub use slab::{Key, Slab, SlabError};
pub use top_k::{Hit, Ranking, top_k};
