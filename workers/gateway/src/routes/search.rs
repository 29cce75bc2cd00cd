//! `GET /v1/search`.

use contracts::pipeline;
use http_api::search::{HitKind, Search, SearchHit, SearchHits};

use crate::exchange::Exchange;
use crate::failure::failed;
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// Passages and signals about a query.
///
/// # Errors
/// As [`authorize`]; a bad query; what [`failed`] makes of the call.
pub async fn search(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let Search { q, limit, kind } = exchange.query()?;
    let request = pipeline::Search { query: q, limit, kind: kind.map(inner) };
    let found = exchange.ports.pipeline.search(&call, request).await.map_err(failed)?;
    Answer::json(200, &SearchHits { hits: found.hits.into_iter().map(hit).collect() })
}

fn hit(hit: pipeline::SearchHit) -> SearchHit {
    let pipeline::SearchHit { id, kind, score, snippet, highlight, event_id, account } = hit;
    let kind = match kind {
        pipeline::HitKind::Passage => HitKind::Passage,
        pipeline::HitKind::Signal => HitKind::Signal,
    };
    SearchHit { id, kind, score, snippet, highlight, event_id, account }
}

fn inner(kind: HitKind) -> pipeline::HitKind {
    match kind {
        HitKind::Passage => pipeline::HitKind::Passage,
        HitKind::Signal => pipeline::HitKind::Signal,
    }
}
