//! What can be wrong with a request to a browser before it is sent.

/// A request that Browser Run would refuse. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPage {
    /// The page is empty.
    #[error("the HTML is empty: give a page or an address")]
    EmptyHtml,
    /// The address is none that a browser may load.
    #[error("`{url}` is no address that starts with https:// or http://")]
    Url {
        /// The address.
        url: String,
    },
    /// A time is over its limit.
    #[error("`{field}` is {value}, over the limit of {limit}")]
    TooHigh {
        /// The field.
        field: &'static str,
        /// What it says.
        value: u32,
        /// The limit.
        limit: u32,
    },
    /// Nothing to scrape.
    #[error("`scrape` has no selector: name at least one element")]
    NoElements,
    /// Both a part and the whole of a page.
    #[error("a screenshot has either `clip` or `full_page`, not both")]
    ClipAndFullPage,
    /// A quality for a picture that loses nothing.
    #[error("`quality` is for JPEG and WebP: leave it out for PNG")]
    QualityOfPng,
    /// A snapshot of less than two kinds.
    #[error("a snapshot has at least two different formats: ask for a single one by its own method")]
    OneFormat,
    /// Nothing says what to extract.
    #[error("`extract` has neither a prompt nor a schema: give one")]
    NothingToExtract,
    /// Too many models.
    #[error("{count} models are over the limit of 3")]
    TooManyModels {
        /// How many were given.
        count: usize,
    },
    /// A scale out of range.
    #[error("`scale` is out of range: use 0.1 to 2")]
    Scale,
    /// A session's time to live out of range.
    #[error("`keep_alive_ms` is {value}: use 10000 to 1200000")]
    KeepAlive {
        /// What it says.
        value: u32,
    },
    /// A session's id that would lead elsewhere.
    #[error("`{id}` is no id of a session: use what `acquire` or `sessions` gave")]
    SessionId {
        /// The id.
        id: String,
    },
}
