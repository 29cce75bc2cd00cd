//! The search index in memory: every passage is looked at.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use app::ports::{EmbeddedPassage, IndexHit, MOST_FORGOTTEN, PassageIndex, StoreError};
use async_trait::async_trait;
use contracts::pipeline::HitKind;
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

type Passages = BTreeMap<(TenantId, String), (EventId, EmbeddedPassage)>;

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
            .map(|(_, passage)| passage.clone())
            .collect()
    }
}

#[async_trait(?Send)]
impl PassageIndex for MemoryIndex {
    async fn upsert(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        event_id: EventId,
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
                passages.iter().map(|passage| ((tenant, passage.id.clone()), (event_id, passage.clone()))),
            );
            Ok(())
        };
        self.faults.around(STORE, "index.upsert", act).await
    }

    async fn search(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        query: &str,
        vector: &[f32],
        kind: Option<HitKind>,
        limit: u32,
    ) -> Result<Vec<IndexHit>, StoreError> {
        let act = || {
            let wanted = words(query);
            let mut hits: Vec<_> = self
                .passages(tenant)
                .into_iter()
                .filter(|(_, passage)| kind.is_none_or(|kind| passage.kind == kind))
                .map(|(event_id, passage)| hit(&wanted, vector, event_id, passage))
                .filter(|hit| hit.score > 0.0)
                .collect();
            hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
            hits.truncate(limit as usize);
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
                .filter(|((owner, _), (of, _))| asked(*owner, *of))
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

fn hit(wanted: &BTreeSet<String>, vector: &[f32], event_id: EventId, passage: EmbeddedPassage) -> IndexHit {
    let present = words(&passage.text);
    let shared = wanted.intersection(&present).count() as f64 / wanted.len().max(1) as f64;
    let cosine: f32 = vector.iter().zip(&passage.vector).map(|(a, b)| a * b).sum();
    let score = (shared + f64::from(cosine).clamp(0.0, 1.0)) / 2.0;
    let EmbeddedPassage { id, kind, text, account, .. } = passage;
    IndexHit { id, kind, score, text, event_id, account }
}
