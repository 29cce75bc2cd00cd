//! The directory of subscriptions over SQL.

use std::cell::RefCell;
use std::rc::Rc;

use app::ports::{CreationKey, Registered, StoreError, SubscriptionDirectory, SubscriptionRecord};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::subscriptions::{OrderedBy, SubscriptionStatus};
use ids::{SubscriptionId, TenantId};
use rusqlite::{Connection, params_from_iter, types};
use storage::{Rows, SqlDatabase, SqlSubscriptionDirectory, Statement, Value};
use test_kit::run;

use crate::world::START_MS;

/// SQLite in memory with the migration.
#[derive(Clone)]
pub(crate) struct Sqlite(Rc<RefCell<Connection>>);

pub(crate) fn database() -> Sqlite {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(include_str!("../../../../migrations/data/0005_subscriptions.sql")).unwrap();
    Sqlite(Rc::new(RefCell::new(connection)))
}

#[async_trait(?Send)]
impl SqlDatabase for Sqlite {
    fn name(&self) -> &'static str {
        "SQLITE"
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, StoreError> {
        let failed = |error: rusqlite::Error| StoreError::new("SQLITE", error);
        let mut connection = self.0.borrow_mut();
        let transaction = connection.transaction().map_err(failed)?;
        let answers = statements.iter().map(|statement| answer(&transaction, statement));
        let answers = answers.collect::<rusqlite::Result<Vec<_>>>().map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(answers.into_iter().map(|json| Rows::new("SQLITE", json)).collect())
    }
}

fn answer(connection: &Connection, statement: &Statement) -> rusqlite::Result<String> {
    let mut prepared = connection.prepare(&statement.sql)?;
    let names: Vec<String> = prepared.column_names().map(Into::into).collect();
    let bound = statement.values.iter().map(|value| match value {
        Value::Null => types::Value::Null,
        Value::Number(number) => types::Value::Real(*number),
        Value::Text(text) => types::Value::Text(text.clone()),
    });
    let rows = prepared.query_map(params_from_iter(bound), |row| {
        let column = |(at, name): (usize, &String)| {
            let value = match row.get(at)? {
                types::Value::Integer(number) => number.into(),
                types::Value::Real(number) => (number as i64).into(),
                types::Value::Text(text) => serde_json::Value::from(text),
                types::Value::Null | types::Value::Blob(_) => serde_json::Value::Null,
            };
            Ok((name.clone(), value))
        };
        names.iter().enumerate().map(column).collect::<rusqlite::Result<serde_json::Map<_, _>>>()
    })?;
    Ok(serde_json::json!(rows.collect::<rusqlite::Result<Vec<_>>>()?).to_string())
}

fn time(seconds: u64) -> Timestamp {
    Timestamp::from_unix_ms(START_MS + seconds * 1_000)
}

fn tenant(number: u8) -> TenantId {
    TenantId::from_parts(START_MS, [number; 10])
}

fn record(number: u8) -> SubscriptionRecord {
    SubscriptionRecord {
        subscription_id: SubscriptionId::from_parts(START_MS + u64::from(number), [number; 10]),
        url: format!("https://hooks{number}.example.com/"),
        kinds: vec!["budget".into(), "event.failed".into()],
        ordered_by: Some(OrderedBy::Account),
        description: Some("CRM".into()),
        status: SubscriptionStatus::Active,
        disabled_reason: None,
        disabled_at: None,
        created_at: time(u64::from(number)),
    }
}

fn directory() -> SqlSubscriptionDirectory<Sqlite> {
    SqlSubscriptionDirectory::new(database())
}

#[test]
fn a_tenant_sees_its_own_subscriptions_and_changes_no_others() {
    let directory = directory();
    let (ours, theirs) = (tenant(1), tenant(2));
    for (owner, number) in [(ours, 1), (ours, 2), (theirs, 3)] {
        assert_eq!(run(directory.register(owner, &record(number), None, 9)), Ok(Registered::New));
    }
    assert_eq!(run(directory.list(ours, None, 9)), Ok(vec![record(2), record(1)]));
    assert_eq!(run(directory.list(ours, Some(record(2).subscription_id), 9)), Ok(vec![record(1)]));
    let id = record(3).subscription_id;
    assert_eq!(run(directory.get(ours, id)), Ok(None));
    run(directory.set_status(ours, id, Some("no"), time(5))).unwrap();
    run(directory.remove(ours, id)).unwrap();
    assert_eq!(run(directory.get(theirs, id)), Ok(Some(record(3))), "untouched");
    run(directory.remove(theirs, id)).unwrap();
    assert_eq!(run(directory.get(theirs, id)), Ok(None));
}

#[test]
fn a_key_makes_one_subscription_a_tenant() {
    let directory = directory();
    let key = |hash: &str| CreationKey { key: "k".into(), request_hash: hash.into() };
    let (ours, theirs) = (tenant(1), tenant(2));
    assert_eq!(run(directory.register(ours, &record(1), Some(&key("a")), 9)), Ok(Registered::New));
    let again = run(directory.register(ours, &record(2), Some(&key("a")), 9));
    assert_eq!(again, Ok(Registered::Before(record(1))));
    assert_eq!(run(directory.register(ours, &record(2), Some(&key("b")), 9)), Ok(Registered::KeyReused));
    assert_eq!(run(directory.register(theirs, &record(3), Some(&key("b")), 9)), Ok(Registered::New));
    assert_eq!(run(directory.list(ours, None, 9)).unwrap().len(), 1);
}

#[test]
fn a_tenant_has_so_many_and_an_old_key_still_answers_then() {
    let directory = directory();
    let key = CreationKey { key: "k".into(), request_hash: "a".into() };
    assert_eq!(run(directory.register(tenant(1), &record(1), Some(&key), 2)), Ok(Registered::New));
    assert_eq!(run(directory.register(tenant(1), &record(2), None, 2)), Ok(Registered::New));
    assert_eq!(run(directory.register(tenant(1), &record(3), None, 2)), Ok(Registered::TooMany));
    assert_eq!(
        run(directory.register(tenant(1), &record(3), Some(&key), 2)),
        Ok(Registered::Before(record(1)))
    );
    assert_eq!(run(directory.register(tenant(2), &record(3), None, 2)), Ok(Registered::New));
}

#[test]
fn a_status_keeps_its_reason_and_the_first_time_until_it_is_enabled() {
    let directory = directory();
    let (ours, id) = (tenant(1), record(1).subscription_id);
    run(directory.register(ours, &record(1), None, 9)).unwrap();
    run(directory.set_status(ours, id, Some("gone"), time(50))).unwrap();
    run(directory.set_status(ours, id, Some("gone"), time(60))).unwrap();
    let disabled = SubscriptionRecord {
        status: SubscriptionStatus::Disabled,
        disabled_reason: Some("gone".into()),
        disabled_at: Some(time(50)),
        ..record(1)
    };
    assert_eq!(run(directory.get(ours, id)), Ok(Some(disabled)));
    run(directory.set_status(ours, id, None, time(70))).unwrap();
    assert_eq!(run(directory.get(ours, id)), Ok(Some(record(1))));
}

#[test]
fn each_active_queue_is_looked_after_in_turn_whoever_owns_it() {
    let directory = directory();
    for (owner, number) in [(1, 1), (1, 2), (2, 3)] {
        run(directory.register(tenant(owner), &record(number), None, 9)).unwrap();
    }
    run(directory.set_status(tenant(1), record(2).subscription_id, Some("gone"), time(9))).unwrap();
    let take = |before, now, limit| {
        let mut taken = run(directory.take_unattended(time(before), time(now), limit)).unwrap();
        taken.sort();
        taken
    };
    let (first, third) = (record(1).subscription_id, record(3).subscription_id);
    assert_eq!(take(100, 200, 1), [(tenant(1), first)]);
    assert_eq!(take(100, 200, 5), [(tenant(2), third)]);
    assert!(take(100, 300, 5).is_empty(), "none is older than that");
    assert_eq!(take(250, 300, 5), [(tenant(1), first), (tenant(2), third)]);
}
