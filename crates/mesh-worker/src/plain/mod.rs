//! Between a message and plain JavaScript values, for callers and callees that are written in TypeScript.
//!
//! | in Rust | in JavaScript |
//! |---|---|
//! | `u64`, `i64`, `usize`, `isize` | `bigint`; a whole `number` is taken as well |
//! | other integers, `f32`, `f64` | `number` |
//! | `mesh::Bytes` | `Uint8Array`; an `ArrayBuffer` is taken as well |
//! | `Option::None`, `()` | `null`; `undefined` is taken as well, and a field that is `undefined` counts as missing |
//! | sequences, maps and structs | arrays and objects; a `Map` is taken as well |
//! | enums | as serde writes them: `"Unit"` or `{ Variant: … }` |
//! | `mesh::ByteStream` | `ReadableStream` |

mod from_js;
mod to_js;

pub(crate) use from_js::read;
pub(crate) use to_js::write;

/// Values nested deeper than this are refused: a cycle, most likely.
const DEEPEST: usize = 128;

/// A value that has no counterpart on the other side.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at `{path}`: {problem}")]
pub(crate) struct PlainError {
    /// Where, as `request.items[3].name`.
    pub(crate) path: String,
    pub(crate) problem: String,
}
