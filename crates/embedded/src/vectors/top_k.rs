//! The best `k` of any number of scored rows, in a fixed order.

use std::{cmp::Ordering, collections::BinaryHeap};

use super::{QuantizedQuery, RowError, score};

/// A row that was found, and its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit<Id> {
    /// The row's id.
    pub id: Id,
    /// Its cosine with the query.
    pub score: f32,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking<Id> {
    /// The best rows, best first; of equal scores the smaller id first.
    pub hits: Vec<Hit<Id>>,
    /// How many rows could not be read. They are passed over, so that one damaged row does not end all searching, and
    /// counted, so that the caller can log it.
    pub malformed: usize,
}

/// Scores every row against the query and keeps the best `k` of those that reach `min_score`.
///
/// Takes rows in any order and holds no more than `k` of them; the result does not depend on that order as long as
/// ids differ. A `min_score` of `-1.0` or less lets every row through.
pub fn top_k<Id: Ord, Row: AsRef<[u8]>>(
    rows: impl IntoIterator<Item = (Id, Row)>,
    query: &QuantizedQuery,
    k: usize,
    min_score: f32,
) -> Ranking<Id> {
    let mut best = TopK::new(k, min_score);
    for (id, row) in rows {
        best.offer(id, score(query, row.as_ref()));
    }
    best.into_ranking()
}

/// Keeps the best `k` of what it is offered.
pub struct TopK<Id> {
    k: usize,
    min_score: f32,
    /// The worst of those kept is on top.
    heap: BinaryHeap<Worst<Id>>,
    malformed: usize,
}

impl<Id: Ord> TopK<Id> {
    /// Keeps so many of those that reach `min_score`; `-1.0` or less lets every row through.
    pub fn new(k: usize, min_score: f32) -> Self {
        Self { k, min_score, heap: BinaryHeap::new(), malformed: 0 }
    }

    /// Takes a row's score, or counts that it has none.
    pub fn offer(&mut self, id: Id, score: Result<f32, RowError>) {
        let Ok(score) = score else {
            self.malformed += 1;
            return;
        };
        if score < self.min_score || self.k == 0 {
            return;
        }
        let candidate = Worst(Hit { id, score });
        if self.heap.len() < self.k {
            self.heap.push(candidate);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && candidate < *worst
        {
            *worst = candidate;
        }
    }

    /// The rows that were kept, best first.
    pub fn into_ranking(self) -> Ranking<Id> {
        let hits = self.heap.into_sorted_vec().into_iter().map(|Worst(hit)| hit).collect();
        Ranking { hits, malformed: self.malformed }
    }
}

/// A hit ordered from best to worst, so that the heap's greatest is the one to give up.
struct Worst<Id>(Hit<Id>);

impl<Id: Ord> Ord for Worst<Id> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.score.total_cmp(&self.0.score).then_with(|| self.0.id.cmp(&other.0.id))
    }
}

impl<Id: Ord> PartialOrd for Worst<Id> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<Id: Ord> PartialEq for Worst<Id> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<Id: Ord> Eq for Worst<Id> {}
