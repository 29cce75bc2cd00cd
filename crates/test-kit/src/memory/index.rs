//! The search index in memory: every passage is looked at.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use app::pipeline::account_key;
use app::ports::{EmbeddedPassage, IndexHit, MOST_FORGOTTEN, Origin, PassageIndex, StoreError, Wanted};
use async_trait::async_trait;
use contracts::pipeline::tenant_index::Forgotten;
use ids::{EventId, TenantId};
use mesh::TraceContext;

use crate::Faults;

const STORE: &str = "MEMORY_INDEX";
/// What the port takes at once.
const MOST_AT_ONCE: usize = 200;

/// Passages in memory. A hit's score is the mean of two figures from 0 to 1: the share of the query's words that the
/// passage has, and the cosine of the vectors. Operations for [`Faults`]: `index.upsert`, `index.search` and `index.forget`.
#[derive(Debug, Clone, Default)]
pub struct MemoryIndex {
    faults: Faults,
    passages: Rc<RefCell<Passages>>,
}

type Passages = BTreeMap<(TenantId, String), (Origin, EmbeddedPassage)>;

impl MemoryIndex {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }

    /// The passages of a tenant, by id.
    #[must_use]
    pub fn passages(&self, tenant: TenantId) -> Vec<(EventId, EmbeddedPassage)> {
        let passages = self.passages.borrow();
        passages
            .iter()
            .filter(|((owner, _), _)| *owner == tenant)
            .map(|(_, (origin, passage))| (origin.event_id, passage.clone()))
            .collect()
    }
}

#[async_trait(?Send)]
impl PassageIndex for MemoryIndex {
    async fn upsert(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        origin: &Origin,
        passages: &[EmbeddedPassage],
    ) -> Result<(), StoreError> {
        let act = || {
            if passages.len() > MOST_AT_ONCE {
                let message =
                    format!("{} passages at once; at most {MOST_AT_ONCE} are taken", passages.len());
                return Err(StoreError::new(STORE, message));
            }
            let mut stored = self.passages.borrow_mut();
            stored.extend(
                passages
                    .iter()
                    .map(|passage| ((tenant, passage.id.clone()), (origin.clone(), passage.clone()))),
            );
            Ok(())
        };
        self.faults.around(STORE, "index.upsert", act).await
    }

    async fn search(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        wanted: &Wanted,
    ) -> Result<Vec<IndexHit>, StoreError> {
        let act = || {
            let words = words(&wanted.query);
            let stored = self.passages.borrow();
            let mut hits: Vec<_> = stored
                .iter()
                .filter(|((owner, _), (origin, passage))| *owner == tenant && fits(wanted, origin, passage))
                .map(|(_, (origin, passage))| hit(&words, &wanted.vector, origin, passage))
                .filter(|hit| hit.score > 0.0)
                .collect();
            hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
            hits.truncate(wanted.limit as usize);
            Ok(hits)
        };
        self.faults.around(STORE, "index.search", act).await
    }

    async fn forget(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        event_id: Option<EventId>,
        at_most: u32,
    ) -> Result<Forgotten, StoreError> {
        let act = || {
            let mut stored = self.passages.borrow_mut();
            let asked = |owner: TenantId, of: EventId| owner == tenant && event_id.is_none_or(|id| id == of);
            let found: Vec<_> = stored
                .iter()
                .filter(|((owner, _), (origin, _))| asked(*owner, origin.event_id))
                .map(|(key, _)| key.clone())
                .collect();
            let removed = found.len().min(at_most.min(MOST_FORGOTTEN) as usize);
            for key in &found[..removed] {
                stored.remove(key);
            }
            Ok(Forgotten { removed: removed as u32, left: (found.len() - removed) as u32 })
        };
        self.faults.around(STORE, "index.forget", act).await
    }
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn fits(wanted: &Wanted, origin: &Origin, passage: &EmbeddedPassage) -> bool {
    let filter = &wanted.filter;
    let account = passage.account.as_deref().map(account_key);
    wanted.kind.is_none_or(|kind| passage.kind == kind)
        && filter.account.as_deref().is_none_or(|asked| account == Some(account_key(asked)))
        && filter.source.as_ref().is_none_or(|source| origin.source == *source)
        && filter.since.is_none_or(|since| origin.occurred_at >= since)
        && filter.until.is_none_or(|until| origin.occurred_at <= until)
        && filter.event_id.is_none_or(|event_id| origin.event_id == event_id)
}

fn hit(wanted: &BTreeSet<String>, vector: &[f32], origin: &Origin, passage: &EmbeddedPassage) -> IndexHit {
    let present = words(&passage.text);
    let shared = wanted.intersection(&present).count() as f64 / wanted.len().max(1) as f64;
    let cosine: f32 = vector.iter().zip(&passage.vector).map(|(a, b)| a * b).sum();
    let score = (shared + f64::from(cosine).clamp(0.0, 1.0)) / 2.0;
    let EmbeddedPassage { id, kind, text, account, start, .. } = passage.clone();
    let Origin { event_id, source, title, occurred_at } = origin.clone();
    IndexHit {
        id,
        kind,
        score,
        words: shared,
        text,
        start,
        matches: Vec::new(),
        event_id,
        source: Some(source),
        title,
        occurred_at: Some(occurred_at),
        account,
    }
}
