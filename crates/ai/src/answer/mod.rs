//! An answer as a stream and as a whole: one made from the other.

mod assemble;
mod replay;

pub use assemble::Assembler;
pub use replay::replay;
