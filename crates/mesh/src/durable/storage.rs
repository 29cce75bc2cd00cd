//! The SQLite database of an object, which answers at once.

use std::fmt;
use std::rc::Rc;

use super::row::Rows;
use super::value::{MAX_INTEGER, Value};

/// Parameters of one statement, as the platform allows.
pub const MAX_PARAMETERS: usize = 100;
/// Bytes of one statement.
pub const MAX_STATEMENT_BYTES: usize = 100_000;
/// Bytes of one text or blob.
pub const MAX_VALUE_BYTES: usize = 2_000_000;

/// Runs SQL for [`Storage`]: the platform's adapter, or a native one.
pub trait Database {
    /// Runs one statement.
    ///
    /// # Errors
    /// What SQLite says.
    fn exec(&self, sql: &str, values: &[Value]) -> Result<Rows, String>;

    /// Runs any number of statements that take no values and whose rows nobody reads.
    ///
    /// # Errors
    /// What SQLite says of the first one that fails.
    fn script(&self, sql: &str) -> Result<(), String>;

    /// Runs `body` in a transaction, which is kept when it says so and undone otherwise. Transactions nest.
    ///
    /// # Errors
    /// What SQLite says of beginning or ending it.
    fn transaction(&self, body: &mut dyn FnMut() -> End) -> Result<(), String>;

    /// Bytes of the database.
    fn size(&self) -> u64;
}

/// How a transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// What was written stays.
    Commit,
    /// Nothing was written.
    Rollback,
}

/// The object's own SQLite database. A clone is another handle to the same one.
///
/// Nothing here is `async`: the database lies beside the object. A method that reads, decides and writes without an
/// `await` in between cannot be interleaved with another call, and what it wrote becomes durable together, before any
/// answer leaves the object.
#[derive(Clone)]
pub struct Storage(Rc<dyn Database>);

/// Why the storage did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// SQLite refused a statement, by a constraint say.
    #[error("{message} in `{sql}`")]
    Sql {
        /// The beginning of the statement.
        sql: String,
        /// What SQLite said.
        message: String,
    },
    /// A value cannot be bound.
    #[error("parameter {position} of `{sql}`: {message}")]
    Parameter {
        /// Which one, counted from 1.
        position: usize,
        /// The beginning of the statement.
        sql: String,
        /// Why not.
        message: String,
    },
    /// A statement is past one of the platform's limits.
    #[error("`{sql}` {message}")]
    Limit {
        /// The beginning of the statement.
        sql: String,
        /// Which limit, and by how much.
        message: String,
    },
    /// A row is not of the type asked for.
    #[error("a row cannot be read: {0}")]
    Row(String),
    /// The alarm, or anything else but SQL.
    #[error("{0}")]
    Platform(String),
}

impl Storage {
    /// Over a database.
    pub fn over(database: impl Database + 'static) -> Self {
        Self(Rc::new(database))
    }

    /// Runs one statement with values for its parameters, `?1` or the first `?` first. Never put input into the SQL.
    ///
    /// # Errors
    /// [`StorageError::Sql`] from SQLite. [`StorageError::Parameter`] for an integer past [`MAX_INTEGER`] or a value
    /// past [`MAX_VALUE_BYTES`], [`StorageError::Limit`] for more than [`MAX_PARAMETERS`] or
    /// [`MAX_STATEMENT_BYTES`]: locally too, where the runtime would let some of them pass.
    pub fn exec(&self, sql: &str, values: &[Value]) -> Result<Rows, StorageError> {
        check(sql, values)?;
        self.0.exec(sql, values).map_err(|message| StorageError::Sql { sql: beginning(sql), message })
    }

    /// Runs a script of any number of statements, triggers among them.
    ///
    /// # Errors
    /// [`StorageError::Sql`]; what came before the statement that failed has happened, outside of a transaction.
    pub fn script(&self, sql: &str) -> Result<(), StorageError> {
        self.0.script(sql).map_err(|message| StorageError::Sql { sql: beginning(sql), message })
    }

    /// Runs `body` as one transaction: all that it writes stays, or, where it fails, nothing does. It cannot wait for
    /// anything, so no other call comes in between. Transactions nest.
    ///
    /// # Errors
    /// What `body` fails with, and [`StorageError`] when the transaction cannot be ended.
    pub fn transaction<T, E: From<StorageError>>(
        &self,
        body: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut body = Some(body);
        let mut outcome = None;
        let ended = self.0.transaction(&mut || {
            let result = body.take().map(|body| body(self));
            let end = if matches!(result, Some(Ok(_))) { End::Commit } else { End::Rollback };
            outcome = result;
            end
        });
        match (outcome, ended) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (_, Err(message)) => Err(StorageError::Platform(format!("a transaction: {message}")).into()),
            (None, Ok(())) => Err(StorageError::Platform("a transaction did not run".into()).into()),
        }
    }

    /// Bytes of the database, at most 10 GB on the platform.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.size()
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Storage")
    }
}

fn check(sql: &str, values: &[Value]) -> Result<(), StorageError> {
    let limit = |message: String| StorageError::Limit { sql: beginning(sql), message };
    if sql.len() > MAX_STATEMENT_BYTES {
        return Err(limit(format!("has {} bytes, over the limit of {MAX_STATEMENT_BYTES}", sql.len())));
    }
    if values.len() > MAX_PARAMETERS {
        return Err(limit(format!("has {} parameters, over the limit of {MAX_PARAMETERS}", values.len())));
    }
    for (position, value) in (1..).zip(values) {
        let refused = |message: String| StorageError::Parameter { position, sql: beginning(sql), message };
        if let Value::Integer(number) = value
            && number.unsigned_abs() > MAX_INTEGER.unsigned_abs()
        {
            return Err(refused(format!(
                "{number} is past 2^53, where the platform rounds: bind it as text"
            )));
        }
        if value.size() > MAX_VALUE_BYTES {
            return Err(refused(format!("{} bytes are over the limit of {MAX_VALUE_BYTES}", value.size())));
        }
    }
    Ok(())
}

/// Enough of a statement to find it by.
fn beginning(sql: &str) -> String {
    const SHOWN: usize = 80;
    let words: Vec<&str> = sql.split_whitespace().collect();
    let text = words.join(" ");
    if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).chain(['…']).collect() }
}
