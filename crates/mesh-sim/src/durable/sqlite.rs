//! SQLite of the host as an object's database, with the platform's habits.

use std::path::Path;
use std::rc::Rc;

use mesh::durable::{Database, End, Rows, Value};
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::{self, ValueRef};
use rusqlite::{Batch, Connection, Statement, params_from_iter};

/// A SQLite database. A clone is another handle to the same one.
///
/// It does as the platform: numbers go in as floats, integers past 2^53 come out rounded, and `BEGIN` and its like are
/// refused.
#[derive(Debug, Clone)]
pub struct SqliteDatabase(Rc<Connection>);

impl SqliteDatabase {
    /// A new one in memory.
    ///
    /// # Errors
    /// When SQLite has no memory for it.
    pub fn in_memory() -> rusqlite::Result<Self> {
        Connection::open_in_memory().map(|connection| Self(Rc::new(connection)))
    }

    /// The one in a file, made if there is none.
    ///
    /// # Errors
    /// When the file cannot be opened, or is something else.
    pub fn open(file: &Path) -> rusqlite::Result<Self> {
        Connection::open(file).map(|connection| Self(Rc::new(connection)))
    }

    /// How SQLite goes about a statement, a line a step.
    ///
    /// # Errors
    /// When the statement is wrong.
    pub fn plan(&self, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<String>> {
        let mut explain = self.0.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        explain.query_map(params_from_iter(values.iter().map(bound)), |row| row.get(3))?.collect()
    }

    fn run(&self, sql: &str, values: &[Value]) -> Result<Rows, String> {
        let mut statements = Batch::new(&self.0, sql);
        let Some(mut statement) = statements.next().map_err(text)? else {
            return Err("there is no statement".into());
        };
        refuse_transactions(&statement)?;
        if !matches!(statements.next(), Ok(None)) {
            return Err("there is more than one statement: use `Storage::script`".into());
        }
        answer(&mut statement, values).map_err(text)
    }

    fn run_all(&self, script: &str) -> Result<(), String> {
        let mut statements = Batch::new(&self.0, script);
        // Each is read after the one before it has run: it may use a table that was just made.
        while let Some(mut statement) = statements.next().map_err(text)? {
            refuse_transactions(&statement)?;
            answer(&mut statement, &[]).map_err(text)?;
        }
        Ok(())
    }
}

impl Database for SqliteDatabase {
    fn exec(&self, sql: &str, values: &[Value]) -> Result<Rows, String> {
        self.run(sql, values)
    }

    fn script(&self, sql: &str) -> Result<(), String> {
        self.run_all(sql)
    }

    fn transaction(&self, body: &mut dyn FnMut() -> End) -> Result<(), String> {
        self.0.execute_batch("SAVEPOINT mesh").map_err(text)?;
        let undo = Undo(&self.0);
        if body() == End::Commit {
            std::mem::forget(undo);
            self.0.execute_batch("RELEASE mesh").map_err(text)?;
        }
        Ok(())
    }

    fn size(&self) -> u64 {
        let pragma = |name: &str| self.0.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
        let size = pragma("page_count").and_then(|pages| Ok(pages * pragma("page_size")?));
        size.ok().and_then(|size| size.try_into().ok()).unwrap_or_default()
    }
}

/// Undoes what its transaction did, also where the code within panics.
struct Undo<'a>(&'a Connection);

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        // Nothing is left to undo where SQLite has undone it by itself, and then both fail.
        drop(self.0.execute_batch("ROLLBACK TO mesh; RELEASE mesh"));
    }
}

fn text(error: rusqlite::Error) -> String {
    error.to_string()
}

fn refuse_transactions(statement: &Statement<'_>) -> Result<(), String> {
    let sql = statement.expanded_sql().unwrap_or_default();
    let first = sql.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
    let refused = ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"];
    if refused.contains(&first.trim_end_matches(';')) {
        return Err(format!("`{first}` is not for an object: use `Storage::transaction`"));
    }
    Ok(())
}

fn answer(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<Rows> {
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let parameters = params_from_iter(values.iter().map(bound));
    if columns.is_empty() {
        statement.execute(parameters)?;
        return Ok(Rows::default());
    }
    let count = columns.len();
    let rows =
        statement.query_map(parameters, |row| (0..count).map(|at| Ok(read(row.get_ref(at)?))).collect())?;
    Ok(Rows::new(columns, rows.collect::<rusqlite::Result<_>>()?))
}

/// Every number goes in as a float, as from JavaScript.
fn bound(value: &Value) -> types::Value {
    match value {
        Value::Null => types::Value::Null,
        Value::Integer(number) => types::Value::Real(*number as f64),
        Value::Real(number) => types::Value::Real(*number),
        Value::Text(text) => types::Value::Text(text.clone()),
        Value::Blob(bytes) => types::Value::Blob(bytes.clone()),
    }
}

fn read(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::from_number(number as f64),
        ValueRef::Real(number) => Value::from_number(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}
