//! How a provider's list of past calls is walked, page by page, as data.
//!
//! A [`Description`] says where a provider's list is, how a page names the next one, and where an item has its id; those
//! of the [catalog] are files of this crate, and a tenant can write its own. What goes out is a [`Request`],
//! what came back becomes a [`Page`] or a reason, and a [`Walk`] knows where a list was left and from when the next one
//! begins. Pure: nothing here fetches, keeps or knows a clock.

mod answer;
pub mod catalog;
mod description;
mod link;
mod page;
mod request;
mod seal;
mod value;
mod walk;

pub use answer::{Answer, Verdict, judge};
pub use description::{Auth, Delivery, Description, DescriptionError, Method, Paging, Place, TimeFormat};
pub use page::{Item, MAX_ITEMS, Page, PageError};
pub use request::{Credentials, Request, RequestError};
pub use seal::{NONCE_BYTES, SealError, SealingKey};
pub use walk::{Position, Walk};
