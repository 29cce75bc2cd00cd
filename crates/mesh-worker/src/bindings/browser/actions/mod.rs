//! The quick actions' requests: what each asks for, and what the product would refuse. Pure.

mod extract;
mod picture;
mod print;
mod reading;

use serde::Serialize;

pub use extract::{Extract, Model};
pub use picture::{Clip, Picture, PictureFormat, Screenshot, Snapshot, SnapshotFormat};
pub use print::{Margin, Pdf, Print};
pub use reading::{AccessibilityTree, Links, Scrape};
pub(super) use reading::{Content, Markdown};

use super::invalid::InvalidPage;

/// A quick action: its name, and what the product would refuse.
pub(super) trait Action: Serialize {
    const NAME: &'static str;
    fn check(&self) -> Result<(), InvalidPage>;
}
