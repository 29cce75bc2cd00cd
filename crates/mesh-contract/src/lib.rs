//! Contracts as documents: what a service or a workflow speaks, as JSON that is committed beside the
//! code; what a change of such a document breaks, and for whom; and its types in TypeScript.
//!
//! This crate is pure: text in, verdicts out. It makes no schema itself (`mesh` does, from the Rust types) and reads no
//! file (`cargo xtask contracts` does).
//!
//! # Reading and writing are not the same
//!
//! A field with a default may be missing from what is *read* and is always there in what is *written*. So each
//! [schema](SchemaNode) says both, and a message is safe if everything that its writer may write is understood by
//! its reader, without losing what the reader knows: [`obstacles`] finds what stands against that. A [`Comparison`]
//! asks it four times a method: old caller and new callee, new caller and old callee, for requests and for replies.

mod alternatives;
mod canonical;
mod compare;
mod document;
mod fit;
mod meeting;
mod obstacle;
mod outline;
mod overlap;
mod shape;
mod typescript;
mod words;
mod written;

pub use compare::{Break, Change, Class, Comparison, Part, Situation};
pub use document::{Body, Document, Event, Method, ParseDocumentError};
pub use fit::{SchemaNode, obstacles};
pub use meeting::{Obstruction, meeting};
pub use obstacle::{Obstacle, Problem};
pub use typescript::{MESH_DECLARATIONS, declarations};
pub use words::Peers;
pub use written::both_directions;
