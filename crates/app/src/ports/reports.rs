//! What a report is made from, and a browser that prints it.

use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EventId, TenantId};

use super::StoreError;

/// An account in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPeriod {
    /// The account, by name or domain.
    pub account: String,
    /// From when.
    pub from: Timestamp,
    /// Until before when.
    pub until: Timestamp,
    /// How long the parts are that are counted, in milliseconds.
    pub bucket_ms: u64,
}

/// What is known of an account in a period. An event is in it by when it happened, or else when it came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountRecords {
    /// The newest events.
    pub events: Vec<AccountEvent>,
    /// The surest signals.
    pub signals: Vec<AccountSignal>,
    /// How many signals of each kind there are in each part of the period, counted from 0; none where there are none.
    pub signal_counts: Vec<(String, u32, u32)>,
    /// How many events there are in each part.
    pub event_counts: Vec<(u32, u32)>,
}

/// An event of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountEvent {
    /// Its id.
    pub event_id: EventId,
    /// When it happened, or else when it came.
    pub at: Timestamp,
    /// Its title, or its type.
    pub title: String,
    /// What it came to.
    pub headline: Option<String>,
    /// How well the opportunity is qualified, 0 to 1.
    pub qualification: Option<f64>,
    /// How much speaks against it, 0 to 1.
    pub risk: Option<f64>,
    /// How many signals it has.
    pub signals: u32,
}

/// A signal of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountSignal {
    /// Its kind.
    pub kind: String,
    /// How sure it is.
    pub score: f64,
    /// The words.
    pub quote: String,
    /// Whose.
    pub speaker: String,
    /// The event's id.
    pub event_id: EventId,
    /// When the event happened, or else came.
    pub at: Timestamp,
}

/// Reads what is known of accounts.
#[async_trait(?Send)]
pub trait AccountHistory {
    /// What is known of an account in a period, with at most so many events and signals, and counts of all.
    async fn gather(
        &self,
        tenant: TenantId,
        period: &AccountPeriod,
        most_events: u32,
        most_signals: u32,
    ) -> Result<AccountRecords, StoreError>;
}

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrowserError {
    /// There is no browser here, and there will be none on another try.
    #[error("{0}")]
    Missing(String),
    /// The browser is busy or did not answer; another try may help.
    #[error("{0}")]
    Busy(String),
    /// The browser cannot print this page.
    #[error("{0}")]
    Refused(String),
}

/// A browser.
#[async_trait(?Send)]
pub trait Browser {
    /// Prints a page that stands alone as PDF, on the paper that its style asks for.
    async fn pdf(&self, html: &str) -> Result<Vec<u8>, BrowserError>;
}
