//! Search, asked the labeled questions: the product's own chunking, model, index and order, over SQLite.

use std::rc::Rc;

use anyhow::{Context, Result, anyhow};
use app::pipeline::{SearchPorts, find_request, index_hits, search, upsert_request};
use app::ports::{EmbeddedPassage, Embedder, IndexHit, Origin, PassageIndex, StoreError, Wanted};
use async_trait::async_trait;
use contracts::pipeline::tenant_index::{ForgetPassages, Forgotten, TenantIndex};
use contracts::pipeline::{HitKind, Search, SearchHit};
use contracts::{Actor, TenantCall, TenantScope, Timestamp};
use embedded::adapters::StaticEmbedder;
use embedded::embedding::StaticModel;
use futures_util::FutureExt as _;
use ids::{ChunkId, EventId, TenantId};
use mesh::durable::Storage;
use mesh::{CallContext, Deadline, TraceContext};
use mesh_sim::durable::SqliteDatabase;
use serde::Serialize;
use storage::{SqlTenantIndex, SqlVectors, TENANT_INDEX};

use crate::corpus::{Call, Group, read};

/// Any time will do.
const NOW_MS: u64 = 1_795_330_800_000;
/// Hits looked at.
const LIMIT: u32 = 50;

/// How a group's questions were answered. A question is answered where a hit of its call has the labeled words.
#[derive(Debug, Serialize)]
pub struct SearchReport {
    /// Which calls.
    pub group: &'static str,
    /// How many.
    pub calls: usize,
    /// Passages in the index.
    pub passages: usize,
    /// Questions asked.
    pub questions: usize,
    /// The share whose answer is the first hit.
    pub recall_at_1: f64,
    /// The share whose answer is among the first five.
    pub recall_at_5: f64,
    /// The share whose answer is among the first ten.
    pub recall_at_10: f64,
    /// The mean of one over the answer's place, 0 where it is not among the first fifty.
    pub mean_reciprocal_rank: f64,
    /// Questions without an answer among the first ten, for those who may read them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<String>,
}

/// Puts a group's calls into one tenant's index and asks.
///
/// # Errors
/// When a call cannot be read or the index refuses.
pub fn measure(group: Group, with_misses: bool) -> Result<SearchReport> {
    let calls = read(group)?;
    let model = Rc::new(model()?);
    let embedder = Rc::new(StaticEmbedder::lazy(move || Ok(model.clone())));
    let index = Rc::new(Local::open()?);
    let mut passages = 0;
    for (number, call) in (0..).zip(&calls) {
        passages += fill(&index, &embedder, call, number)?;
    }
    let ports = SearchPorts { embedder, index };
    let (mut places, mut missed) = (Vec::new(), Vec::new());
    for (number, call) in (0..).zip(&calls) {
        for question in &call.questions {
            let answers =
                |hit: &SearchHit| hit.event_id == event_id(number) && hit.snippet.contains(&question.quote);
            let place = ask(&ports, &question.asked)?.iter().position(answers);
            if with_misses && place.is_none_or(|place| place >= 10) {
                missed.push(format!("{}: {}", call.file, question.asked));
            }
            places.push(place);
        }
    }
    let share = |of: f64| if places.is_empty() { 0.0 } else { of / places.len() as f64 };
    let within = |first: usize| share(places.iter().flatten().filter(|place| **place < first).count() as f64);
    Ok(SearchReport {
        group: group.as_str(),
        calls: calls.len(),
        passages,
        questions: places.len(),
        recall_at_1: within(1),
        recall_at_5: within(5),
        recall_at_10: within(10),
        mean_reciprocal_rank: share(places.iter().flatten().map(|place| 1.0 / (*place as f64 + 1.0)).sum()),
        missed,
    })
}

/// The product's model.
///
/// # Errors
/// When its files are damaged.
pub fn model() -> Result<StaticModel> {
    let model = StaticModel::new(
        include_bytes!("../../embedded/model/static-minilm.safetensors").as_slice(),
        include_str!("../../embedded/model/vocab.txt"),
    );
    model.context("the model is damaged")
}

fn event_id(number: u8) -> EventId {
    EventId::from_parts(NOW_MS, [number; 10])
}

fn tenant() -> TenantId {
    TenantId::from_parts(NOW_MS, [1; 10])
}

fn trace() -> TraceContext {
    TraceContext::from_random([7; 24])
}

fn context() -> TenantCall {
    let scope = TenantScope { tenant: tenant(), actor: Actor::Service("evaluation".into()) };
    CallContext::new(scope, trace(), Deadline::after(NOW_MS, 60_000), "evaluation")
}

fn fill(index: &Local, embedder: &StaticEmbedder, call: &Call, number: u8) -> Result<usize> {
    let document = &call.document;
    let ranges = embedder.passages(document).map_err(|error| anyhow!("{error}"))?;
    let texts: Vec<&str> = ranges.iter().filter_map(|range| document.text.get(range.clone())).collect();
    let vectors = done(embedder.embed(&texts))?;
    let passages: Vec<EmbeddedPassage> = (0_u16..)
        .zip(texts.iter().zip(vectors))
        .map(|(place, (text, vector))| {
            let [high, low] = place.to_be_bytes();
            EmbeddedPassage {
                id: ChunkId::from_parts(NOW_MS, [high, low, number, 0, 0, 0, 0, 0, 0, 0]).to_string(),
                kind: HitKind::Passage,
                text: (*text).to_owned(),
                account: document.account.clone(),
                start: 0,
                vector,
            }
        })
        .collect();
    let origin = Origin {
        event_id: event_id(number),
        source: "standard".into(),
        title: Some(document.title.clone()),
        occurred_at: Timestamp::from_unix_ms(NOW_MS),
    };
    done(index.upsert(tenant(), trace(), &origin, &passages))?;
    Ok(passages.len())
}

fn ask(ports: &SearchPorts, question: &str) -> Result<Vec<SearchHit>> {
    let (query, kind) = (question.to_owned(), Some(HitKind::Passage));
    let request = Search { query, limit: LIMIT, kind, ..Search::default() };
    Ok(done(search(ports, &context(), request))?.hits)
}

/// What a future comes to that waits for nothing, as all here do.
fn done<T, E: std::fmt::Display>(future: impl Future<Output = Result<T, E>>) -> Result<T> {
    let outcome = future.now_or_never().context("something waits that should not")?;
    outcome.map_err(|error| anyhow!("{error}"))
}

/// A tenant's index in this process.
struct Local(SqlTenantIndex);

impl Local {
    fn open() -> Result<Self> {
        let storage = Storage::over(SqliteDatabase::in_memory()?);
        TENANT_INDEX.run(&storage)?;
        let vectors = Rc::new(SqlVectors::new(storage.clone(), 192));
        Ok(Self(SqlTenantIndex::new(storage, vectors)))
    }
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::new("index", error)
}

#[async_trait(?Send)]
impl PassageIndex for Local {
    async fn upsert(
        &self,
        _tenant: TenantId,
        _trace: TraceContext,
        origin: &Origin,
        passages: &[EmbeddedPassage],
    ) -> Result<(), StoreError> {
        self.0.upsert(&context(), upsert_request(origin, passages)).await.map_err(failed)
    }

    async fn search(
        &self,
        _tenant: TenantId,
        _trace: TraceContext,
        wanted: &Wanted,
    ) -> Result<Vec<IndexHit>, StoreError> {
        self.0.find(&context(), find_request(wanted)).await.map(index_hits).map_err(failed)
    }

    async fn forget(
        &self,
        _tenant: TenantId,
        _trace: TraceContext,
        event_id: Option<EventId>,
        at_most: u32,
    ) -> Result<Forgotten, StoreError> {
        self.0.forget(&context(), ForgetPassages { event_id, at_most }).await.map_err(failed)
    }
}
