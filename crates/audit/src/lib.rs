//! What operators did, as a hash chain: the canonical form, the links, and finding the first broken one.
//!
//! An [`Entry`] is an [`Act`] with its place: a sequence that counts from 1, the hash of the entry before, and a hash
//! over all of it. Changing, removing or moving an entry breaks its own link or the next one, and [`Verifier`] says
//! which. Whoever rewrites everything from an entry to the end leaves a chain that holds in itself: that is what an
//! [`Anchor`] is for, a head that was noted elsewhere, in a log or an earlier export.
//!
//! This crate knows no store and no clock.

mod chain;
mod entry;

pub use chain::{Anchor, BrokenLink, NotAnAnchor, Verifier};
pub use entry::{Act, Entry, GENESIS, Head};
