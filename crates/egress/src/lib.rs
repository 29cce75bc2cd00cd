//! Where a request on a customer's behalf may go. A customer gives a URL and we send to it, so that without a guard our
//! own network would be theirs to reach (server-side request forgery).
//!
//! Pure: this crate fetches nothing. A caller parses a [`Target`], resolves its name where it has one (see [`doh`]),
//! and has every address checked, both when the URL is saved and before each request. Redirects are never followed:
//! a redirect is another URL, given by a stranger.

mod address;
pub mod doh;
mod headers;
mod target;

pub use address::{Range, forbidden};
pub use headers::{HeaderError, MAX_HEADERS, check_header};
pub use target::{MAX_URL_BYTES, Policy, Target, TargetError};
