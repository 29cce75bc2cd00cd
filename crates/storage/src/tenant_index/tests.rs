//! The index over SQLite of the host, the very statements that run in a Durable Object.

use contracts::pipeline::HitKind;
use contracts::pipeline::tenant_index::{
    FindPassages, ForgetPassages, Forgotten, Passage, TenantIndex, UpsertPassages, encode_vector,
};
use contracts::{Actor, TenantCall, TenantScope};
use ids::{ChunkId, EventId, TenantId};
use mesh::durable::Storage;
use mesh::{CallContext, Deadline, TraceContext};
use mesh_sim::durable::SqliteDatabase;
use test_kit::run;

use super::{SqlTenantIndex, TENANT_INDEX};

const START_MS: u64 = 1_795_330_800_000;
const DIMENSIONS: usize = 16;

fn context() -> TenantCall {
    let scope = TenantScope {
        tenant: TenantId::from_parts(START_MS, [1; 10]),
        actor: Actor::Service("pipeline".into()),
    };
    CallContext::new(scope, TraceContext::from_random([8; 24]), Deadline::after(START_MS, 1_000), "test")
}

/// A unit vector along one axis.
fn along(axis: usize) -> Vec<f32> {
    (0..DIMENSIONS).map(|at| if at == axis { 1.0 } else { 0.0 }).collect()
}

fn passage(number: u8, text: &str, axis: usize) -> Passage {
    Passage {
        id: ChunkId::from_parts(START_MS, [number; 10]).to_string(),
        kind: HitKind::Passage,
        text: text.to_owned(),
        account: Some("Acme".into()),
        vector: encode_vector(&along(axis)),
    }
}

fn open(storage: &Storage) -> SqlTenantIndex {
    TENANT_INDEX.run(storage).unwrap();
    SqlTenantIndex::open(storage.clone(), DIMENSIONS).unwrap()
}

fn put(index: &SqlTenantIndex, passages: Vec<Passage>) {
    let event_id = EventId::from_parts(START_MS, [2; 10]);
    run(index.upsert(&context(), UpsertPassages { event_id, passages })).unwrap();
}

fn found(index: &SqlTenantIndex, query: &str, axis: usize) -> Vec<String> {
    let vector = encode_vector(&along(axis));
    let request = FindPassages { query: query.into(), vector, kind: Some(HitKind::Passage), limit: 2 };
    run(index.find(&context(), request)).unwrap().hits.into_iter().map(|hit| hit.snippet).collect()
}

#[test]
fn words_and_vectors_are_found_also_after_a_restart_and_a_replacement() {
    let storage = Storage::over(SqliteDatabase::in_memory().unwrap());
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
fn an_object_from_before_the_list_of_migrations_keeps_its_tables() {
    let storage = Storage::over(SqliteDatabase::in_memory().unwrap());
    storage.script(include_str!("schema.sql")).unwrap();
    put(&SqlTenantIndex::open(storage.clone(), DIMENSIONS).unwrap(), vec![passage(1, "kept", 3)]);
    assert_eq!(found(&open(&storage), "kept", 9), ["kept"]);
}

#[test]
fn what_is_forgotten_is_gone_from_texts_words_and_vectors() {
    let storage = Storage::over(SqliteDatabase::in_memory().unwrap());
    let index = open(&storage);
    put(&index, vec![passage(1, "the renewal is at risk", 3), passage(2, "they asked for a discount", 5)]);
    let event_id = Some(EventId::from_parts(START_MS, [2; 10]));
    let forget = |at_most| run(index.forget(&context(), ForgetPassages { event_id, at_most })).unwrap();
    assert_eq!(forget(0), Forgotten { removed: 0, left: 2 });
    assert_eq!(forget(1), Forgotten { removed: 1, left: 1 });
    assert_eq!(forget(9), Forgotten { removed: 1, left: 0 });
    for index in [&index, &open(&storage)] {
        assert_eq!(found(index, "renewal discount", 3), Vec::<String>::new());
    }
    for table in ["texts", "words", "slabs"] {
        let rows: u32 = storage.exec(&format!("SELECT count(*) FROM {table}"), &[]).unwrap().one().unwrap();
        assert_eq!(rows, 0, "{table}");
    }
}
