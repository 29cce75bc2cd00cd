//! The very statements that run in a Durable Object, over SQLite in memory.

use std::cell::RefCell;
use std::rc::Rc;

use app::ports::{ScheduleStore, StoreError};
use rusqlite::{Connection, params_from_iter, types};
use test_kit::schedule::{ScheduleFixtures, schedule_store_suite};

use super::{ObjectDatabase, SqlScheduleStore};
use crate::sql::{Rows, Statement, Value};

const NAME: &str = "SQLITE";

/// A database that keeps what was run. A clone is the same database.
#[derive(Clone)]
struct Sqlite {
    connection: Rc<RefCell<Connection>>,
    statements: Rc<RefCell<Vec<Statement>>>,
}

impl Sqlite {
    fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        Self { connection: Rc::new(RefCell::new(connection)), statements: Rc::default() }
    }

    /// How SQLite goes about a statement, a line a step.
    fn plan(&self, statement: &Statement) -> Vec<String> {
        let connection = self.connection.borrow();
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
        let rows = explain.query_map(params_from_iter(statement.values.iter().map(bind)), |row| row.get(3));
        rows.unwrap().map(Result::unwrap).collect()
    }
}

impl ObjectDatabase for Sqlite {
    fn name(&self) -> &'static str {
        NAME
    }

    fn transaction(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, StoreError> {
        let failed = |error: rusqlite::Error| StoreError::new(NAME, error);
        let mut connection = self.connection.borrow_mut();
        let transaction = connection.transaction().map_err(failed)?;
        let mut answers = Vec::new();
        for statement in &statements {
            answers.push(Rows::new(NAME, answer(&transaction, statement).map_err(failed)?));
        }
        transaction.commit().map_err(failed)?;
        self.statements.borrow_mut().extend(statements);
        Ok(answers)
    }
}

/// Every number goes in as a float, as from JavaScript.
fn bind(value: &Value) -> types::Value {
    match value {
        Value::Null => types::Value::Null,
        Value::Number(number) => types::Value::Real(*number),
        Value::Text(text) => types::Value::Text(text.clone()),
    }
}

fn answer(connection: &Connection, statement: &Statement) -> rusqlite::Result<String> {
    let mut prepared = connection.prepare(&statement.sql)?;
    let names: Vec<String> = prepared.column_names().map(String::from).collect();
    let rows = prepared.query_map(params_from_iter(statement.values.iter().map(bind)), |row| {
        let column = |(at, name): (usize, &String)| Ok((name.clone(), to_json(row.get(at)?)));
        names.iter().enumerate().map(column).collect::<rusqlite::Result<serde_json::Map<_, _>>>()
    })?;
    let rows: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(serde_json::json!(rows).to_string())
}

fn to_json(value: types::Value) -> serde_json::Value {
    match value {
        types::Value::Null => serde_json::Value::Null,
        types::Value::Integer(number) => number.into(),
        types::Value::Real(number) => number.into(),
        types::Value::Text(text) => text.into(),
        types::Value::Blob(_) => panic!("no column of ours holds bytes"),
    }
}

#[test]
fn the_sql_store_is_a_schedule_store() {
    schedule_store_suite(|| Rc::new(SqlScheduleStore::open(Sqlite::new()).unwrap()));
}

#[test]
fn opening_again_keeps_what_is_stored() {
    let database = Sqlite::new();
    let job = ScheduleFixtures::new(1).job(ScheduleFixtures::START_MS);
    SqlScheduleStore::open(database.clone()).unwrap().insert_job(&job, None).unwrap();
    let again = SqlScheduleStore::open(database).unwrap();
    assert_eq!(again.job(job.job_id), Ok(Some(job)));
}

#[test]
fn tables_of_a_later_build_are_left_alone() {
    let database = Sqlite::new();
    SqlScheduleStore::open(database.clone()).unwrap();
    let later = Statement::new("INSERT INTO schema_version (version) VALUES (99)", vec![]);
    database.transaction(vec![later]).unwrap();
    let error = SqlScheduleStore::open(database).map(drop).unwrap_err();
    assert!(error.message.contains("version 99"), "{error}");
}

#[test]
fn no_statement_reads_or_sorts_every_job_or_run() {
    let stores = RefCell::new(Vec::new());
    schedule_store_suite(|| {
        let database = Sqlite::new();
        let store = SqlScheduleStore::open(database.clone()).unwrap();
        database.statements.take();
        stores.borrow_mut().push(database);
        Rc::new(store)
    });
    let mut seen = std::collections::BTreeSet::new();
    for store in stores.take() {
        for statement in store.statements.take() {
            if !seen.insert(statement.sql.clone()) {
                continue;
            }
            for step in store.plan(&statement) {
                let scans = step.starts_with("SCAN jobs") || step.starts_with("SCAN runs");
                let counts = statement.sql.contains("COUNT(*)") && step.contains("COVERING INDEX");
                let sorts = step.contains("TEMP B-TREE");
                assert!(counts || !(scans || sorts), "{step}: {}", statement.sql);
            }
        }
    }
    assert!(seen.len() >= 20, "only {} statements were looked at", seen.len());
}
