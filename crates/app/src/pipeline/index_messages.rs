//! Between the index port and the messages of a tenant's index.

use contracts::pipeline::SearchHits;
use contracts::pipeline::tenant_index::{FindPassages, Passage, UpsertPassages, encode_vector};

use crate::ports::{EmbeddedPassage, IndexHit, Origin, Wanted};

/// What adds passages.
#[must_use]
pub fn upsert_request(origin: &Origin, passages: &[EmbeddedPassage]) -> UpsertPassages {
    let passages = passages.iter().map(|passage| Passage {
        id: passage.id.clone(),
        kind: passage.kind,
        text: passage.text.clone(),
        account: passage.account.clone(),
        vector: encode_vector(&passage.vector),
        start: passage.start,
    });
    let Origin { event_id, source, title, occurred_at } = origin.clone();
    UpsertPassages {
        event_id,
        passages: passages.collect(),
        source: Some(source),
        title,
        occurred_at: Some(occurred_at),
    }
}

/// What asks for hits.
#[must_use]
pub fn find_request(wanted: &Wanted) -> FindPassages {
    let Wanted { query, vector, kind, filter, limit } = wanted.clone();
    FindPassages { query, vector: encode_vector(&vector), kind, limit, filter }
}

/// What was found.
#[must_use]
pub fn index_hits(found: SearchHits) -> Vec<IndexHit> {
    let hits = found.hits.into_iter().map(|hit| IndexHit {
        id: hit.id,
        kind: hit.kind,
        score: hit.score,
        words: hit.words,
        text: hit.snippet,
        start: hit.start,
        matches: hit.matches,
        event_id: hit.event_id,
        source: hit.source,
        title: hit.title,
        occurred_at: hit.occurred_at,
        account: hit.account,
    });
    hits.collect()
}
