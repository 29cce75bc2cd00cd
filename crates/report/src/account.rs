//! What is known of an account in a period. Times are Unix milliseconds (UTC).

use serde::{Deserialize, Serialize};

/// The most columns of a chart.
const MOST_BUCKETS: u64 = 26;
const DAY_MS: u64 = 24 * 3_600 * 1_000;

/// Everything that a report on an account shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountReport {
    /// The report's id.
    pub id: String,
    /// The account, by name or domain.
    pub account: String,
    /// From when.
    pub from: u64,
    /// Until before when.
    pub until: u64,
    /// When the numbers were taken.
    pub taken_at: u64,
    /// How long a column of the activity chart is.
    pub bucket_ms: u64,
    /// Columns of the activity chart, in order, the empty ones too.
    pub buckets: Vec<Bucket>,
    /// How many signals of each kind, the most first.
    pub kinds: Vec<KindTotal>,
    /// How many events there were, shown or not.
    pub events_total: u32,
    /// The events, newest first; at most as many as a page holds.
    pub events: Vec<ReportedEvent>,
    /// The signals that say most, the surest first.
    pub signals: Vec<ReportedSignal>,
}

/// A column of the activity chart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// When it begins.
    pub from: u64,
    /// How many signals.
    pub signals: u32,
    /// How many events.
    pub events: u32,
}

/// How many signals of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindTotal {
    /// The kind, such as `churn_risk`.
    pub kind: String,
    /// How many.
    pub count: u32,
}

/// An event of the account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportedEvent {
    /// Its id.
    pub id: String,
    /// When it happened.
    pub at: u64,
    /// Its title, or its type.
    pub title: String,
    /// What it came to, in a line.
    pub headline: Option<String>,
    /// How well the opportunity is qualified, 0 to 1.
    pub qualification: Option<f64>,
    /// How much speaks against it, 0 to 1.
    pub risk: Option<f64>,
    /// How many signals it has.
    pub signals: u32,
}

/// A signal of the account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportedSignal {
    /// Its kind.
    pub kind: String,
    /// How sure it is, 0 to 1.
    pub score: f64,
    /// The words that prove it.
    pub quote: String,
    /// Who said them.
    pub speaker: String,
    /// When the event happened that they are from.
    pub at: u64,
    /// That event's id.
    pub event_id: String,
}

impl AccountReport {
    /// How many signals there are, shown or not.
    #[must_use]
    pub fn signals_total(&self) -> u32 {
        self.kinds.iter().map(|total| total.count).sum()
    }

    /// The newest event that was assessed.
    #[must_use]
    pub fn latest_assessment(&self) -> Option<&ReportedEvent> {
        self.events.iter().find(|event| event.qualification.is_some())
    }
}

/// How long a column is, so that a period has at most [`MOST_BUCKETS`], and when each begins: days, weeks, or as many
/// whole weeks as it takes.
#[must_use]
pub fn buckets(from: u64, until: u64) -> (u64, Vec<u64>) {
    let length = until.saturating_sub(from).max(1);
    let days = length.div_ceil(DAY_MS);
    let bucket_days = if days <= MOST_BUCKETS { 1 } else { days.div_ceil(MOST_BUCKETS).next_multiple_of(7) };
    let bucket_ms = bucket_days * DAY_MS;
    let starts = (0..length.div_ceil(bucket_ms)).map(|n| from + n * bucket_ms).collect();
    (bucket_ms, starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_days_or_weeks_and_never_too_many_columns() {
        for (days, bucket_days, columns) in
            [(1, 1, 1), (26, 1, 26), (27, 7, 4), (90, 7, 13), (182, 7, 26), (183, 14, 14), (732, 35, 21)]
        {
            let (bucket_ms, starts) = buckets(1_000, 1_000 + days * DAY_MS);
            assert_eq!((bucket_ms, starts.len()), (bucket_days * DAY_MS, columns), "{days}");
            assert_eq!(starts[0], 1_000);
        }
        assert_eq!(buckets(5, 5).1, [5], "an empty period has one column");
    }
}
