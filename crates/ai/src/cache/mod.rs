//! Answers that are kept: which requests say the same, what a request and its route allow, what is kept of an answer.
//!
//! Where they are kept, and for whom, is not known here: whoever keeps them tells tenants apart.

mod canonical;
mod control;
mod entry;
mod question;

pub use canonical::{Resolved, answer_key, embedding_key, upstream_key};
pub use control::{CacheControl, CachePlan, LONGEST_TTL_S, RouteCache, SHORTEST_TTL_S, Semantic};
pub use entry::{Entry, Kept, may_be_kept};
pub use question::Question;
