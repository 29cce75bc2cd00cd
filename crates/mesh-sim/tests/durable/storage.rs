//! Statements, transactions and limits.

use mesh::durable::{MAX_INTEGER, Storage, StorageError, Value};
use mesh::values;
use mesh_sim::durable::SqliteDatabase;

fn fresh() -> Storage {
    let storage = Storage::over(SqliteDatabase::in_memory().unwrap());
    storage.script("CREATE TABLE pairs (key TEXT PRIMARY KEY, value ANY)").unwrap();
    storage
}

fn put(storage: &Storage, key: &str, value: impl Into<Value>) -> Result<(), StorageError> {
    storage.exec("INSERT INTO pairs VALUES (?1, ?2)", &values![key, value.into()]).map(drop)
}

fn keys(storage: &Storage) -> Vec<String> {
    storage.exec("SELECT key FROM pairs ORDER BY key", &[]).unwrap().typed().unwrap()
}

#[test]
fn values_come_back_as_they_went_in() {
    let storage = fresh();
    let all: [Value; 9] = [
        Value::Null,
        true.into(),
        MAX_INTEGER.into(),
        (-MAX_INTEGER).into(),
        0.5.into(),
        f64::INFINITY.into(),
        "text with 'quotes' and ünïcode".into(),
        vec![0_u8, 255].into(),
        "".into(),
    ];
    for (at, value) in all.iter().enumerate() {
        put(&storage, &at.to_string(), value.clone()).unwrap();
        let read = storage.exec("SELECT value FROM pairs WHERE key = ?", &values![at.to_string()]).unwrap();
        assert_eq!(read.into_values(), [[value.clone()]], "{at}");
    }
}

#[test]
fn what_the_platform_would_spoil_or_refuse_is_refused_first() {
    let storage = fresh();
    let cases = [
        (put(&storage, "a", MAX_INTEGER + 1), "parameter 2 of `INSERT INTO pairs VALUES (?1, ?2)`"),
        (put(&storage, "a", i64::MIN), "is past 2^53, where the platform rounds: bind it as text"),
        (put(&storage, "a", u64::MAX), "is past 2^53"),
        (put(&storage, "a", vec![0_u8; 2_000_001]), "2000001 bytes are over the limit of 2000000"),
        (
            storage.exec("SELECT 1", &vec![Value::Null; 101]).map(drop),
            "has 101 parameters, over the limit of 100",
        ),
        (
            storage.exec(&format!("SELECT 1 -- {}", "-".repeat(100_000)), &[]).map(drop),
            "over the limit of 100000",
        ),
        (storage.exec("BEGIN", &[]).map(drop), "use `Storage::transaction`"),
        (storage.exec("SELECT 1; SELECT 2", &[]).map(drop), "more than one statement"),
        (storage.exec("SELEKT 1", &[]).map(drop), "in `SELEKT 1`"),
    ];
    for (outcome, expected) in cases {
        let message = outcome.unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    assert_eq!(keys(&storage), Vec::<String>::new());
}

#[test]
fn a_transaction_stays_whole_and_transactions_nest() {
    let storage = fresh();
    let outer: Result<(), StorageError> = storage.transaction(|storage| {
        put(storage, "kept", 1)?;
        let inner = storage.transaction::<(), StorageError>(|storage| {
            put(storage, "undone", 2)?;
            put(storage, "kept", 3)
        });
        assert!(inner.is_err());
        put(storage, "also kept", 4)
    });
    outer.unwrap();
    assert_eq!(keys(&storage), ["also kept", "kept"]);

    let failed: Result<(), StorageError> = storage.transaction(|storage| {
        put(storage, "never", 5)?;
        Err(StorageError::Platform("changed my mind".into()))
    });
    assert_eq!(failed, Err(StorageError::Platform("changed my mind".into())));
    assert_eq!(keys(&storage), ["also kept", "kept"]);
}

#[test]
fn a_transaction_that_panics_is_undone() {
    let storage = fresh();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        storage.transaction::<(), StorageError>(|storage| {
            put(storage, "never", 1)?;
            panic!("in the middle")
        })
    }));
    assert!(panicked.is_err());
    put(&storage, "after", 2).unwrap();
    assert_eq!(keys(&storage), ["after"]);
}

#[test]
fn the_size_grows_with_what_is_stored() {
    let storage = fresh();
    let before = storage.size();
    put(&storage, "large", vec![7_u8; 100_000]).unwrap();
    assert!(before > 0 && storage.size() > before + 90_000, "{before}, then {}", storage.size());
}
