//! Reports as pages. Pure: what is known of an account in, SVG and HTML out.
//!
//! A page stands alone: no script, no font, no picture from elsewhere, so that it can be kept, mailed and printed. It is
//! made for eyes, paper and screen readers alike: every chart has its numbers in words, and no meaning is in color alone.
//!
//! Charts are drawn here, by a few rectangles and lines. A library for them would bring fonts and scales for every kind
//! of chart, and no way to name a bar for a screen reader.

mod account;
mod chart;
mod moment;
mod page;

pub use account::{AccountReport, Bucket, KindTotal, ReportedEvent, ReportedSignal, buckets};
pub use chart::{activity_chart, kinds_chart};
pub use page::account_page;
