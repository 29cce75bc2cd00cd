//! Hybrid search in the tenant's index: words and vectors bring up candidates, a closer reading puts them in order.

use std::rc::Rc;

use contracts::TenantCall;
use contracts::pipeline::{Search, SearchError, SearchHit, SearchHits};
use domain::affirmative;

use crate::ports::{Embedder, IndexHit, PassageIndex, Relevance, StoreError, Wanted};

/// What a search needs.
#[derive(Clone)]
pub struct SearchPorts {
    /// Turns texts into vectors, and reads closer.
    pub embedder: Rc<dyn Embedder>,
    /// The tenants' indexes.
    pub index: Rc<dyn PassageIndex>,
}

/// Candidates that are read closer, at least: on the sample questions, 100 find no more than 50.
const CANDIDATES: u32 = 60;

/// What the query's words weigh beside the closer reading, which counts words too. More of it helps single rare words
/// and hurts questions in other words than the speaker's.
const WORDS_WEIGHT: f64 = 0.1;

/// A longer query is cut: what it is about is said by then.
const MAX_QUERY_CHARS: usize = 1_000;

/// The hits for a request, best first.
///
/// # Errors
/// [`SearchError::Unavailable`] when the index or the embedder does not answer.
pub async fn search(
    ports: &SearchPorts,
    context: &TenantCall,
    request: Search,
) -> Result<SearchHits, SearchError> {
    let query: String = request.query.chars().take(MAX_QUERY_CHARS).collect();
    let meant = affirmative(&query);
    let mut vectors = ports.embedder.embed(&[&meant]).await.map_err(unavailable)?;
    let limit = request.limit.clamp(1, 200);
    let wanted = Wanted {
        query,
        vector: vectors.pop().unwrap_or_default(),
        kind: request.kind,
        filter: request.filter,
        limit: limit.max(CANDIDATES),
    };
    let found = ports.index.search(context.scope.tenant, context.trace, &wanted).await;
    let found = found.map_err(unavailable)?;
    let mut hits = judged(ports, &meant, found).await.map_err(unavailable)?;
    hits.truncate(limit as usize);
    Ok(SearchHits { hits })
}

/// An account as it is compared: without white space around it, in lower case.
#[must_use]
pub fn account_key(account: &str) -> String {
    account.trim().to_lowercase()
}

/// Puts candidates in the order of what a closer reading finds.
async fn judged(
    ports: &SearchPorts,
    query: &str,
    found: Vec<IndexHit>,
) -> Result<Vec<SearchHit>, StoreError> {
    let texts: Vec<&str> = found.iter().map(|hit| hit.text.as_str()).collect();
    let judged = ports.embedder.relevance(query, &texts).await?;
    let mut hits: Vec<(f64, SearchHit)> =
        found.into_iter().zip(judged).map(|(hit, relevance)| (hit.score, scored(hit, relevance))).collect();
    // Where the readings are equal, as of texts in a script that the model does not know, the index's order stays.
    hits.sort_by(|(place, hit), (other_place, other)| {
        other
            .score
            .total_cmp(&hit.score)
            .then(other_place.total_cmp(place))
            .then_with(|| hit.id.cmp(&other.id))
    });
    Ok(hits.into_iter().map(|(_, hit)| hit).collect())
}

fn scored(hit: IndexHit, relevance: Relevance) -> SearchHit {
    let meaning = f64::from(relevance.score).clamp(0.0, 1.0);
    // A text of which the model knows no word is judged by the query's words alone.
    let score = match relevance.best {
        Some(_) => (meaning + WORDS_WEIGHT * hit.words) / (1.0 + WORDS_WEIGHT),
        None => hit.words,
    };
    SearchHit {
        highlight: highlight(&hit.text, relevance.best),
        id: hit.id,
        kind: hit.kind,
        score: score.clamp(0.0, 1.0),
        snippet: hit.text,
        event_id: hit.event_id,
        account: hit.account,
        start: hit.start,
        matches: hit.matches,
        source: hit.source,
        title: hit.title,
        occurred_at: hit.occurred_at,
        words: hit.words,
    }
}

/// The part that fits best, where the text is more than that.
fn highlight(text: &str, best: Option<std::ops::Range<usize>>) -> Option<String> {
    best.filter(|best| best.len() < text.len()).and_then(|best| text.get(best)).map(str::to_owned)
}

fn unavailable(error: StoreError) -> SearchError {
    SearchError::Unavailable { detail: error.to_string() }
}
