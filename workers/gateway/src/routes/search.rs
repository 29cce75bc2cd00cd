//! `GET /v1/search`.

use contracts::pipeline;
use http_api::search::{HitKind, Search, SearchHit, SearchHits, TextRange};

use super::time;
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
    let Search { q, limit, kind, account, source, since, until, event_id } = exchange.query()?;
    let (since, until) = (since.map(time::inner), until.map(time::inner));
    let filter = pipeline::SearchFilter { account, source, since, until, event_id };
    let request = pipeline::Search { query: q, limit, kind: kind.map(inner), filter };
    let found = exchange.ports.pipeline.search(&call, request).await.map_err(failed)?;
    Answer::json(200, &SearchHits { hits: found.hits.into_iter().map(hit).collect() })
}

fn hit(hit: pipeline::SearchHit) -> SearchHit {
    SearchHit {
        id: hit.id,
        kind: match hit.kind {
            pipeline::HitKind::Passage => HitKind::Passage,
            pipeline::HitKind::Signal => HitKind::Signal,
        },
        score: hit.score,
        snippet: hit.snippet,
        highlight: hit.highlight,
        event_id: hit.event_id,
        account: hit.account,
        start: hit.start,
        matches: hit.matches.iter().map(|range| TextRange { start: range.start, end: range.end }).collect(),
        source: hit.source,
        title: hit.title,
        occurred_at: hit.occurred_at.map(time::public),
    }
}

fn inner(kind: HitKind) -> pipeline::HitKind {
    match kind {
        HitKind::Passage => pipeline::HitKind::Passage,
        HitKind::Signal => pipeline::HitKind::Signal,
    }
}
