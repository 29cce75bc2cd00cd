//! Hybrid search in the tenant's index.

use contracts::TenantCall;
use contracts::pipeline::{Search, SearchError, SearchHit, SearchHits};

use super::PipelinePorts;
use crate::ports::StoreError;

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
    let hits = hits
        .into_iter()
        .map(|hit| SearchHit {
            id: hit.id,
            kind: hit.kind,
            score: hit.score,
            snippet: hit.text,
            event_id: hit.event_id,
            account: hit.account,
        })
        .collect();
    Ok(SearchHits { hits })
}

fn unavailable(error: StoreError) -> SearchError {
    SearchError::Unavailable { detail: error.to_string() }
}
