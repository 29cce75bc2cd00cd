//! Answers to questions in other words: an index of the questions whose answers are kept, apart from the tenant's search.

use ai::cache::{Entry, Question, Semantic};
use contracts::Timestamp;
use contracts::pipeline::{HitKind, SearchFilter};
use ids::{ChunkId, EventId, TenantId};
use mesh::TraceContext;

use super::ModelPorts;
use crate::ports::{EmbeddedPassage, MOST_FORGOTTEN, Origin, StoreError, Wanted};

/// The nearest that are looked at.
const LOOKED_AT: u32 = 5;
/// So many questions of a tenant are known; then the oldest are forgotten.
const MOST_QUESTIONS: u32 = 20_000;
/// Every so many questions it is looked how many there are.
const COUNTED_EVERY: u64 = 64;

/// A kept answer to another question, and why it will do.
pub(super) struct Alike {
    pub(super) entry: Entry,
    /// The cosine of the two questions.
    pub(super) similarity: f64,
}

/// Looks for a kept answer to a question that is so alike, no older than `oldest_s`.
pub(super) async fn find(
    ports: &ModelPorts,
    (tenant, trace): (TenantId, TraceContext),
    question: &Question,
    semantic: Semantic,
    oldest_s: u64,
) -> Result<Option<Alike>, StoreError> {
    let Some(vector) = vector(ports, &question.text).await? else { return Ok(None) };
    let now_ms = ports.runtime.now_ms();
    let since = Timestamp::from_unix_ms(now_ms.saturating_sub(oldest_s.saturating_mul(1_000)));
    let filter =
        SearchFilter { source: Some(question.rest.clone()), since: Some(since), ..SearchFilter::default() };
    let kind = Some(HitKind::Passage);
    let wanted = Wanted { query: String::new(), vector: vector.clone(), kind, filter, limit: LOOKED_AT };
    let hits = ports.questions.search(tenant, trace, &wanted).await?;
    let texts: Vec<&str> = hits.iter().map(|hit| hit.text.as_str()).collect();
    let vectors = ports.embedder.embed(&texts).await?;
    // An index ranks; how alike two are is told by their vectors.
    let cosine = |other: &[f32]| vector.iter().zip(other).map(|(a, b)| f64::from(a * b)).sum::<f64>();
    let mut near: Vec<_> = hits.iter().zip(&vectors).map(|(hit, vector)| (cosine(vector), hit)).collect();
    near.retain(|(similarity, hit)| *similarity >= semantic.threshold && question.agrees_with(&hit.text));
    near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    for (similarity, hit) in near {
        let Some(name) = &hit.title else { continue };
        match ports.answers.get(tenant, name).await?.as_deref().and_then(Entry::read) {
            Some(entry) if entry.kept.is_fresh(now_ms, oldest_s) => {
                return Ok(Some(Alike { entry, similarity }));
            }
            Some(_) => {}
            // Its time is over: the question leads nowhere any more.
            None => drop(ports.questions.forget(tenant, trace, Some(hit.event_id), MOST_FORGOTTEN).await?),
        }
    }
    Ok(None)
}

/// Notes a question whose answer is kept under `name`.
pub(super) async fn note(
    ports: &ModelPorts,
    (tenant, trace): (TenantId, TraceContext),
    question: &Question,
    name: &str,
) -> Result<(), StoreError> {
    let (Some(vector), Some(short)) = (vector(ports, &question.text).await?, name.get(..32)) else {
        return Ok(());
    };
    let now_ms = ports.runtime.now_ms();
    let mut random = [0; 10];
    random[..8].copy_from_slice(&ports.runtime.random().to_le_bytes());
    let origin = Origin {
        // Of no event: an id by which this question can be forgotten.
        event_id: EventId::from_parts(now_ms, random),
        source: question.rest.clone(),
        title: Some(name.to_owned()),
        occurred_at: Timestamp::from_unix_ms(now_ms),
    };
    let passage = EmbeddedPassage {
        // An index of vectors keeps of an id what its kind does not say.
        id: format!("{}_{short}", ChunkId::PREFIX),
        kind: HitKind::Passage,
        text: question.text.clone(),
        account: None,
        start: 0,
        vector,
    };
    ports.questions.upsert(tenant, trace, &origin, &[passage]).await?;
    if !ports.runtime.random().is_multiple_of(COUNTED_EVERY) {
        return Ok(());
    }
    let mut known = ports.questions.forget(tenant, trace, None, 0).await?.left;
    while known > MOST_QUESTIONS {
        let some = MOST_FORGOTTEN.min(known - MOST_QUESTIONS);
        known = ports.questions.forget(tenant, trace, None, some).await?.left;
    }
    Ok(())
}

/// The question's vector; none where no word of it is known.
async fn vector(ports: &ModelPorts, text: &str) -> Result<Option<Vec<f32>>, StoreError> {
    let vector = ports.embedder.embed(&[text]).await?.into_iter().next().unwrap_or_default();
    Ok(Some(vector).filter(|vector| vector.iter().any(|number| *number != 0.0)))
}
