//! Hybrid search in the tenant's index.

use contracts::TenantCall;
use contracts::pipeline::{Search, SearchError, SearchHit, SearchHits};

use super::PipelinePorts;
use crate::ports::StoreError;

/// Hits that get a highlight: more than a person reads, few enough to cost little.
const HIGHLIGHTED: usize = 20;

/// A longer query is cut: what it is about is said by then.
const MAX_QUERY_CHARS: usize = 1_000;

pub(super) async fn search(
    ports: &PipelinePorts,
    context: &TenantCall,
    request: Search,
) -> Result<SearchHits, SearchError> {
    let query: String = request.query.chars().take(MAX_QUERY_CHARS).collect();
    let mut vectors = ports.embedder.embed(&[&query]).await.map_err(unavailable)?;
    let vector = vectors.pop().unwrap_or_default();
    let limit = request.limit.clamp(1, 200);
    let hits = ports
        .index
        .search(context.scope.tenant, context.trace, &query, &vector, request.kind, limit)
        .await
        .map_err(unavailable)?;
    let mut answer = SearchHits { hits: Vec::with_capacity(hits.len()) };
    for (place, hit) in hits.into_iter().enumerate() {
        let highlight = if place < HIGHLIGHTED {
            best_turn(ports, &hit.text, &vector).await.map_err(unavailable)?
        } else {
            None
        };
        answer.hits.push(SearchHit {
            id: hit.id,
            kind: hit.kind,
            score: hit.score,
            snippet: hit.text,
            highlight,
            event_id: hit.event_id,
            account: hit.account,
        });
    }
    Ok(answer)
}

/// The turn of a passage whose meaning is nearest to the query's; none where the passage is one turn.
async fn best_turn(
    ports: &PipelinePorts,
    passage: &str,
    query: &[f32],
) -> Result<Option<String>, StoreError> {
    let turns: Vec<&str> = passage.lines().filter(|turn| !turn.trim().is_empty()).collect();
    if turns.len() < 2 {
        return Ok(None);
    }
    let vectors = ports.embedder.embed(&turns).await?;
    let likeness = |vector: &[f32]| -> f32 { vector.iter().zip(query).map(|(a, b)| a * b).sum() };
    let best = turns.iter().zip(&vectors).max_by(|a, b| likeness(a.1).total_cmp(&likeness(b.1)));
    Ok(best.map(|(turn, _)| (*turn).to_owned()))
}

fn unavailable(error: StoreError) -> SearchError {
    SearchError::Unavailable { detail: error.to_string() }
}
