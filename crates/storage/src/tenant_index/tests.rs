//! The index over SQLite of the host, the very statements that run in a Durable Object.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::pipeline::{find_request, index_hits, upsert_request};
use app::ports::{
    EmbeddedPassage, IndexHit, Origin, PassageIndex, StoreError, VectorIndex, VectorMatch, VectorRecord,
    Wanted,
};
use async_trait::async_trait;
use contracts::pipeline::tenant_index::{
    FindPassages, ForgetPassages, Forgotten, IndexError, Passage, TenantIndex, UpsertPassages, encode_vector,
};
use contracts::pipeline::{HitKind, SearchFilter, SearchHit};
use contracts::{Actor, TenantCall, TenantScope};
use embedded::vectors::encode_row;
use ids::{ChunkId, EventId, TenantId};
use mesh::durable::Storage;
use mesh::{CallContext, Deadline, TraceContext, values};
use mesh_sim::durable::SqliteDatabase;
use test_kit::run;
use test_kit::suite::{SUITE_DIMENSIONS, passage_index_suite, vector_index_suite};

use super::{SqlTenantIndex, SqlVectors, TENANT_INDEX};

const START_MS: u64 = 1_795_330_800_000;

fn context(tenant: TenantId) -> TenantCall {
    let scope = TenantScope { tenant, actor: Actor::Service("pipeline".into()) };
    CallContext::new(scope, TraceContext::from_random([8; 24]), Deadline::after(START_MS, 1_000), "test")
}

fn tenant() -> TenantId {
    TenantId::from_parts(START_MS, [1; 10])
}

fn event() -> EventId {
    EventId::from_parts(START_MS, [2; 10])
}

/// A unit vector along one axis.
fn along(axis: usize) -> Vec<f32> {
    (0..SUITE_DIMENSIONS).map(|at| if at == axis { 1.0 } else { 0.0 }).collect()
}

fn passage(number: u8, text: &str, axis: usize) -> Passage {
    Passage {
        id: ChunkId::from_parts(START_MS, [number; 10]).to_string(),
        kind: HitKind::Passage,
        text: text.to_owned(),
        account: Some("Acme".into()),
        vector: encode_vector(&along(axis)),
        start: 0,
    }
}

fn upsert(passages: Vec<Passage>) -> UpsertPassages {
    UpsertPassages { event_id: event(), passages, source: None, title: None, occurred_at: None }
}

fn in_memory() -> Storage {
    let storage = Storage::over(SqliteDatabase::in_memory().unwrap());
    TENANT_INDEX.run(&storage).unwrap();
    storage
}

fn open(storage: &Storage) -> SqlTenantIndex {
    TENANT_INDEX.run(storage).unwrap();
    SqlTenantIndex::new(storage.clone(), Rc::new(SqlVectors::new(storage.clone(), SUITE_DIMENSIONS)))
}

fn put(index: &SqlTenantIndex, passages: Vec<Passage>) {
    run(index.upsert(&context(tenant()), upsert(passages))).unwrap();
}

fn search(index: &SqlTenantIndex, query: &str, axis: Option<usize>) -> Vec<SearchHit> {
    let vector = axis.map(|axis| encode_vector(&along(axis))).unwrap_or_default();
    let request =
        FindPassages { query: query.into(), vector, kind: None, limit: 5, filter: SearchFilter::default() };
    run(index.find(&context(tenant()), request)).unwrap().hits
}

fn found(index: &SqlTenantIndex, query: &str, axis: usize) -> Vec<String> {
    search(index, query, Some(axis)).into_iter().map(|hit| hit.snippet).collect()
}

/// What words alone find, in the order of the numbers.
fn numbers(index: &SqlTenantIndex, query: &str) -> Vec<String> {
    let mut found: Vec<String> = search(index, query, None).into_iter().map(|hit| hit.snippet).collect();
    found.sort_unstable();
    found
}

/// Every tenant's object, as the platform has them.
#[derive(Default)]
struct Objects(RefCell<BTreeMap<TenantId, Storage>>);

impl Objects {
    fn storage(&self, tenant: TenantId) -> Storage {
        self.0.borrow_mut().entry(tenant).or_insert_with(in_memory).clone()
    }

    /// A new one each time: nothing may depend on what is in memory.
    fn index(&self, tenant: TenantId) -> SqlTenantIndex {
        open(&self.storage(tenant))
    }

    fn vectors(&self, tenant: TenantId) -> SqlVectors {
        SqlVectors::new(self.storage(tenant), SUITE_DIMENSIONS)
    }
}

fn failed(error: IndexError) -> StoreError {
    StoreError::new("TENANT_INDEX", error)
}

#[async_trait(?Send)]
impl PassageIndex for Objects {
    async fn upsert(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        origin: &Origin,
        passages: &[EmbeddedPassage],
    ) -> Result<(), StoreError> {
        let request = upsert_request(origin, passages);
        self.index(tenant).upsert(&context(tenant), request).await.map_err(failed)
    }

    async fn search(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        wanted: &Wanted,
    ) -> Result<Vec<IndexHit>, StoreError> {
        let found = self.index(tenant).find(&context(tenant), find_request(wanted)).await;
        found.map(index_hits).map_err(failed)
    }

    async fn forget(
        &self,
        tenant: TenantId,
        _trace: TraceContext,
        event_id: Option<EventId>,
        at_most: u32,
    ) -> Result<Forgotten, StoreError> {
        let request = ForgetPassages { event_id, at_most };
        self.index(tenant).forget(&context(tenant), request).await.map_err(failed)
    }
}

#[async_trait(?Send)]
impl VectorIndex for Objects {
    async fn upsert(&self, tenant: TenantId, records: &[VectorRecord]) -> Result<(), StoreError> {
        self.vectors(tenant).upsert(tenant, records).await
    }

    async fn delete(&self, tenant: TenantId, ids: &[String]) -> Result<(), StoreError> {
        self.vectors(tenant).delete(tenant, ids).await
    }

    async fn delete_event(
        &self,
        tenant: TenantId,
        event_id: EventId,
        ids: &[String],
    ) -> Result<(), StoreError> {
        self.vectors(tenant).delete_event(tenant, event_id, ids).await
    }

    async fn query(
        &self,
        tenant: TenantId,
        vector: &[f32],
        kind: Option<HitKind>,
        filter: &SearchFilter,
        limit: u32,
    ) -> Result<Vec<VectorMatch>, StoreError> {
        self.vectors(tenant).query(tenant, vector, kind, filter, limit).await
    }
}

#[test]
fn the_objects_do_what_every_index_must() {
    run(passage_index_suite(&Objects::default()));
}

#[test]
fn their_vectors_do_what_every_index_of_vectors_must() {
    run(vector_index_suite(&Objects::default(), &|| ()));
}

#[test]
fn vectors_of_another_tenant_are_refused() {
    let vectors = SqlVectors::new(in_memory(), SUITE_DIMENSIONS);
    run(vectors.delete(tenant(), &[])).unwrap();
    let other = TenantId::from_parts(START_MS, [9; 10]);
    assert!(run(vectors.query(other, &along(0), None, &SearchFilter::default(), 1)).is_err());
}

#[test]
fn words_and_vectors_are_found_also_after_a_restart_and_a_replacement() {
    let storage = in_memory();
    let index = open(&storage);
    put(&index, vec![passage(1, "the renewal is at risk", 3), passage(2, "they asked for a discount", 5)]);
    for index in [index, open(&storage)] {
        assert_eq!(found(&index, "renewal", 9), ["the renewal is at risk"]);
        assert_eq!(found(&index, "nothing in common", 5), ["they asked for a discount"]);
    }
    put(&open(&storage), vec![passage(1, "the renewal is signed", 7)]);
    let index = open(&storage);
    assert_eq!(found(&index, "risk", 9), Vec::<String>::new());
    assert_eq!(found(&index, "unheard of", 7), ["the renewal is signed"]);
}

#[test]
fn every_script_is_found_by_its_words() {
    let index = open(&in_memory());
    let texts = [
        "1 価格は来週までに送ります。東京タワー",
        "2 ราคาแพงเกินไปสำหรับเรา",
        "3 السعر مرتفع جدًا للسنة القادمة",
        "4 가격이 너무 비쌉니다",
        "5 Цена слишком высокая",
        "6 Die Prüfung dauert länger",
    ];
    put(&index, texts.iter().zip(1..).map(|(text, number)| passage(number, text, 9)).collect());
    for (query, expected) in [
        ("東京", 0),
        ("価格 来週", 0),
        ("\"東京タワー\"", 0),
        ("送", 0),
        ("แพง", 1),
        ("ราคา", 1),
        ("سعر مرتفع", 2),
        ("السَّنَة", 2),
        ("가격", 3),
        ("высокой цены", 4),
        ("PRUFUNG", 5),
    ] {
        let hits = search(&index, query, None);
        assert_eq!(hits.first().map(|hit| hit.snippet.as_str()), Some(texts[expected]), "{query}");
        assert!(!hits[0].matches.is_empty(), "{query}");
    }
}

#[test]
fn phrases_are_required_and_exclusions_kept_out_by_words_and_by_meaning() {
    let index = open(&in_memory());
    put(
        &index,
        vec![
            passage(1, "1 we need the budget approval", 3),
            passage(2, "2 the approval of the travel budget", 3),
            passage(3, "3 a budget for travel", 3),
        ],
    );
    assert_eq!(numbers(&index, "budget").len(), 3);
    for (query, expected) in [
        ("\"budget approval\"", "1"),
        ("budget -travel", "1"),
        ("budget -\"travel budget\"", "13"),
        ("\"the approval\" budget", "2"),
        ("\"approval budget\"", ""),
        ("-travel", "1"),
    ] {
        let mut by_meaning: Vec<String> = found(&index, query, 3);
        by_meaning.sort_unstable();
        let digits: String = by_meaning.iter().filter_map(|text| text.chars().next()).collect();
        assert_eq!(digits, expected, "{query}");
    }
}

#[test]
fn whatever_is_typed_is_no_syntax_error() {
    let index = open(&in_memory());
    put(&index, vec![passage(1, "O'Brien's OR NEAR text: \"quoted\" a*b (c)", 3)]);
    for query in [
        "\"",
        "\"\"\"",
        "' OR 1=1 --",
        "NEAR(a b, 2)",
        "text:quoted",
        "a* *b",
        "(((",
        "AND OR NOT",
        "^a",
        "{a b}:c",
        "-\"",
        "\u{0}",
        "words MATCH 'x'",
        "%_\\",
        "日本\"語",
        "\u{200D}",
        "🙂",
        "; DROP TABLE texts",
        "a + b",
    ] {
        search(&index, query, Some(3));
        search(&index, query, None);
    }
    assert_eq!(numbers(&index, "OBrien").len(), 1);
}

#[test]
fn a_call_is_found_by_whose_it_is_and_what_it_was_called() {
    let index = open(&in_memory());
    let request = UpsertPassages {
        title: Some("Quarterly review".into()),
        ..upsert(vec![passage(1, "nothing of the sort was said", 3)])
    };
    run(index.upsert(&context(tenant()), request)).unwrap();
    assert_eq!(numbers(&index, "acme").len(), 1);
    assert_eq!(numbers(&index, "quarterly reviews").len(), 1);
}

#[test]
fn what_is_forgotten_leaves_no_row_anywhere() {
    let storage = in_memory();
    let index = open(&storage);
    put(&index, vec![passage(1, "the renewal is at risk", 3), passage(2, "they asked for a discount", 5)]);
    let request = ForgetPassages { event_id: Some(event()), at_most: 9 };
    let forgotten = run(index.forget(&context(tenant()), request)).unwrap();
    assert_eq!(forgotten, Forgotten { removed: 2, left: 0 });
    for index in [&index, &open(&storage)] {
        assert_eq!(found(index, "renewal discount", 3), Vec::<String>::new());
    }
    for table in ["texts", "vocabulary", "vectors", "vector_slabs"] {
        let rows: u32 = storage.exec(&format!("SELECT count(*) FROM {table}"), &[]).unwrap().one().unwrap();
        assert_eq!(rows, 0, "{table}");
    }
}

#[test]
fn what_cannot_be_stored_is_refused_and_nothing_is_stored() {
    let index = open(&in_memory());
    let infinite = Passage { vector: encode_vector(&[f32::NAN; SUITE_DIMENSIONS]), ..passage(1, "word", 3) };
    let torn = Passage { vector: vec![1, 2, 3].into(), ..passage(1, "word", 3) };
    let short = Passage { id: "chk_1".into(), ..passage(1, "word", 3) };
    for bad in [infinite, torn, short] {
        let refused = run(index.upsert(&context(tenant()), upsert(vec![passage(2, "word", 3), bad])));
        assert!(matches!(refused, Err(IndexError::Invalid { .. })), "{refused:?}");
    }
    assert_eq!(numbers(&index, "word"), Vec::<String>::new());
}

#[test]
fn an_index_from_before_facts_keeps_what_it_has() {
    let storage = Storage::over(SqliteDatabase::in_memory().unwrap());
    storage.script(include_str!("schema.sql")).unwrap();
    let passage = passage(1, "kept Prüfung 東京", 3);
    let sql = "INSERT INTO texts (id, kind, event_id, account, text) VALUES (?, 'passage', ?, ?, ?)";
    let values = values![&passage.id, event().to_string(), passage.account.clone(), &passage.text];
    storage.exec(sql, &values).unwrap();
    storage.exec("INSERT INTO words (rowid, text) VALUES (1, ?)", &values![&passage.text]).unwrap();
    let mut slab = b"WVS1".to_vec();
    slab.extend_from_slice(&(SUITE_DIMENSIONS as u32).to_le_bytes());
    slab.extend_from_slice(&super::keys::key(&passage.id).unwrap());
    slab.extend_from_slice(&encode_row(&along(3)).unwrap());
    storage.exec("INSERT INTO slabs (kind, number, bytes) VALUES ('passage', 0, ?)", &values![slab]).unwrap();
    let index = open(&storage);
    assert_eq!(found(&index, "unheard of", 3), std::slice::from_ref(&passage.text));
    assert_eq!(numbers(&index, "prufung"), std::slice::from_ref(&passage.text));
    let request = FindPassages {
        query: "東京".into(),
        vector: encode_vector(&along(3)),
        kind: Some(HitKind::Passage),
        limit: 5,
        filter: SearchFilter {
            account: Some("ACME".into()),
            since: Some(contracts::Timestamp::from_unix_ms(START_MS)),
            ..SearchFilter::default()
        },
    };
    assert_eq!(run(index.find(&context(tenant()), request)).unwrap().hits.len(), 1);
}
