//! Where a list was left, and from when the next walk through it begins.

use serde::{Deserialize, Serialize};

use crate::page::{Item, Page};

/// How far a walk goes back behind the latest item of the one before, in milliseconds: lists are ordered by when a call
/// began, and one that began earlier may end, and be listed, later. What is known already is not taken again.
const OVERLAP_MS: u64 = 24 * 60 * 60 * 1_000;
/// How long a walk waits for an item whose text is not written yet, in milliseconds: what has none after so long gets none.
const PATIENCE_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Where a page is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// The first.
    #[default]
    First,
    /// Named by the page before it.
    Cursor(String),
    /// So many pages, or items, behind the first.
    Count(u64),
    /// At this URL.
    Url(String),
}

/// A walk through a list, from its first page to its last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// From when items are wanted, in Unix milliseconds.
    pub since_ms: u64,
    /// The page to be asked for next.
    #[serde(default)]
    pub at: Position,
    /// When the latest item took place that was seen on it.
    #[serde(default)]
    pub latest_ms: Option<u64>,
    /// When the earliest took place that was not ready.
    #[serde(default)]
    pub unready_ms: Option<u64>,
}

impl Walk {
    /// A walk through what took place since then.
    #[must_use]
    pub fn since(since_ms: u64) -> Self {
        Self { since_ms, ..Self::default() }
    }

    /// The same walk from its first page: what it was to go on from is gone.
    #[must_use]
    pub fn again(&self) -> Self {
        Self::since(self.since_ms)
    }

    /// Whether it is behind its first page.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.at != Position::First
    }

    /// The walk behind a page, some of whose items turned out not to be ready; and whether that page was the last. Behind
    /// the last one, it is the next walk.
    #[must_use]
    pub fn behind(&self, page: &Page, unready: impl IntoIterator<Item = u64>, now_ms: u64) -> (Self, bool) {
        // What a provider dates into the future must not hide what happens until then.
        let latest =
            page.items.iter().filter_map(|item: &Item| item.occurred_at_ms).map(|at| at.min(now_ms)).max();
        let unready = unready.into_iter().filter(|at| now_ms.saturating_sub(*at) < PATIENCE_MS).min();
        let latest_ms = self.latest_ms.max(latest);
        let unready_ms = [self.unready_ms, unready].into_iter().flatten().min();
        match &page.next {
            Some(next) => (Self { since_ms: self.since_ms, at: next.clone(), latest_ms, unready_ms }, false),
            None => {
                let overlapped = latest_ms.map_or(self.since_ms, |latest| latest.saturating_sub(OVERLAP_MS));
                let since = unready_ms.map_or(overlapped, |unready| unready.min(overlapped));
                (Self::since(since.max(self.since_ms)), true)
            }
        }
    }
}
