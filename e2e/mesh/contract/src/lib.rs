//! What the mesh's test Workers may ask of each other, where TypeScript takes part. Compiled on the host too, where the
//! contract's document and its declarations for TypeScript are made.

mod visitor;
mod workshop;

pub use visitor::{Call, Visitor};
pub use workshop::*;
