//! SQLite in memory as a database of the stores, as strict as D1 where D1 is stricter.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use app::ports::StoreError;
use async_trait::async_trait;
use rusqlite::{Connection, params_from_iter, types};
use storage::{Rows, SqlDatabase, Statement, Value};

const NAME: &str = "SQLITE";
/// D1's limits: bound parameters and bytes of SQL a statement, bytes a parameter.
const MOST_PARAMETERS: usize = 100;
const MOST_SQL_BYTES: usize = 100_000;
const MOST_PARAMETER_BYTES: usize = 2_000_000;

/// A database that keeps count of what was run. A clone is the same database.
#[derive(Clone)]
pub(crate) struct Sqlite {
    pub(crate) connection: Rc<RefCell<Connection>>,
    pub(crate) statements: Rc<RefCell<Vec<Statement>>>,
    /// Of transactions; `sql.batch` is the operation.
    pub(crate) faults: test_kit::Faults,
}

impl Sqlite {
    /// An empty database with every migration of a folder of `migrations/`, in the order of their names, as they are
    /// applied to D1.
    pub(crate) fn migrated(folder: &str) -> Self {
        Self::migrated_before(folder, "9999")
    }

    /// The same with those whose names come before a number.
    pub(crate) fn migrated_before(folder: &str, number: &str) -> Self {
        let connection = Connection::open_in_memory().unwrap();
        // As in D1.
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        for (_, migration) in migrations(folder).into_iter().filter(|(name, _)| &**name < number) {
            connection.execute_batch(&migration).unwrap();
        }
        Self {
            connection: Rc::new(RefCell::new(connection)),
            statements: Rc::default(),
            faults: test_kit::Faults::default(),
        }
    }

    /// What was run since this was asked last.
    pub(crate) fn take_statements(&self) -> Vec<Statement> {
        self.statements.take()
    }

    /// How SQLite goes about a statement, a line a step.
    pub(crate) fn plan(&self, statement: &Statement) -> Vec<String> {
        let connection = self.connection.borrow();
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
        let rows = explain.query_map(params_from_iter(statement.values.iter().map(bind)), |row| row.get(3));
        rows.unwrap().map(Result::unwrap).collect()
    }
}

/// The migrations of a folder, by name, in order.
pub(crate) fn migrations(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let named = |file: std::path::PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(file).unwrap())
    };
    files.into_iter().map(named).collect()
}

#[async_trait(?Send)]
impl SqlDatabase for Sqlite {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, StoreError> {
        self.faults.around(NAME, "sql.batch", || self.run(&statements)).await
    }
}

impl Sqlite {
    /// Runs a transaction on the spot.
    pub(crate) fn run(&self, statements: &[Statement]) -> Result<Vec<Rows>, StoreError> {
        self.statements.borrow_mut().extend(statements.iter().cloned());
        let failed = |error: rusqlite::Error| StoreError::new(NAME, error);
        let mut connection = self.connection.borrow_mut();
        let transaction = connection.transaction().map_err(failed)?;
        let mut answers = Vec::new();
        for statement in statements {
            check_limits(statement);
            answers.push(Rows::new(NAME, answer(&transaction, statement).map_err(failed)?));
        }
        transaction.commit().map_err(failed)?;
        Ok(answers)
    }
}

fn check_limits(statement: &Statement) {
    assert!(statement.values.len() <= MOST_PARAMETERS, "too many parameters: {}", statement.sql);
    assert!(statement.sql.len() <= MOST_SQL_BYTES, "too much SQL");
    for value in &statement.values {
        match value {
            Value::Null => {}
            Value::Number(number) => assert!(number.is_finite() && number.abs() < 9e15, "{number}"),
            Value::Text(text) => {
                assert!(text.len() <= MOST_PARAMETER_BYTES, "a parameter of {} bytes", text.len())
            }
        }
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
    let names: Vec<String> = prepared.column_names().map(Into::into).collect();
    let rows = prepared.query_map(params_from_iter(statement.values.iter().map(bind)), |row| {
        let column = |(at, name): (usize, &String)| Ok((name.clone(), to_json(row.get(at)?)));
        names.iter().enumerate().map(column).collect::<rusqlite::Result<serde_json::Map<_, _>>>()
    })?;
    let rows: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(serde_json::json!(rows).to_string())
}

/// As `JSON.stringify` writes it: a float without a fraction looks like an integer.
fn to_json(value: types::Value) -> serde_json::Value {
    match value {
        types::Value::Null => serde_json::Value::Null,
        types::Value::Integer(number) => number.into(),
        types::Value::Real(number) if number.fract() == 0.0 => (number as i64).into(),
        types::Value::Real(number) => number.into(),
        types::Value::Text(text) => text.into(),
        types::Value::Blob(_) => panic!("no column of ours holds bytes"),
    }
}
