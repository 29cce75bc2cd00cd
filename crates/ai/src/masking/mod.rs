//! Secrets and personal data in a request are put aside before it leaves, and put back into its answer.
//!
//! Each value has a placeholder, such as `[EMAIL_1]`, the same wherever it stands in the request. What is found is what
//! the patterns of `patterns.json` describe and their checksums confirm: names of people and addresses of streets are not.

mod kinds;
mod masked;
mod patterns;
mod request;
mod restore;

pub use kinds::{Kind, Kinds};
pub use masked::Masked;
pub use request::{mask_chat, mask_texts};
pub use restore::StreamRestorer;
