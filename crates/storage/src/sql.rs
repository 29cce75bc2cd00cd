//! A SQL database as the stores see it: batches of bound statements in, rows as JSON out.

use app::ports::StoreError;
use async_trait::async_trait;
use contracts::Timestamp;
use serde::de::DeserializeOwned;

/// A SQLite database reached by batches.
#[async_trait(?Send)]
pub trait SqlDatabase {
    /// The binding's name, for errors.
    fn name(&self) -> &'static str;

    /// Runs the statements in order in one transaction: all of them, or none.
    ///
    /// # Errors
    /// When one fails, by a constraint say, or the database does not answer.
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, StoreError>;

    /// Runs one statement.
    ///
    /// # Errors
    /// As [`SqlDatabase::batch`].
    async fn query(&self, statement: Statement) -> Result<Rows, StoreError> {
        let answers = self.batch(vec![statement]).await?;
        answers.into_iter().next().ok_or_else(|| StoreError::new(self.name(), "no answer to a statement"))
    }
}

/// A statement and what is bound to its numbered parameters, `?1` first.
///
/// At most 100 parameters, 100 KB of SQL and 2 MB a parameter: more than that D1 refuses.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The SQL. Never made of input: that is bound.
    pub sql: String,
    /// The parameters.
    pub values: Vec<Value>,
}

impl Statement {
    /// A statement with its parameters.
    #[must_use]
    pub fn new(sql: &str, values: Vec<Value>) -> Self {
        Self { sql: sql.to_owned(), values }
    }

    /// Narrows a query: `condition` stands before the next parameter, such as `kind =`.
    pub(crate) fn and(mut self, condition: &'static str, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self.sql.push_str(&format!(" AND {condition} ?{}", self.values.len()));
        self
    }

    /// As [`Statement::and`], where there is a value.
    pub(crate) fn and_if(self, condition: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.and(condition, value),
            None => self,
        }
    }

    /// The newest first, by id, and at most `limit`.
    pub(crate) fn newest(mut self, limit: u32) -> Self {
        self.values.push(limit.into());
        self.sql.push_str(&format!(" ORDER BY id DESC LIMIT ?{}", self.values.len()));
        self
    }
}

/// A parameter: only what survives the way through JavaScript. Integers must be below 2^53.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// A number; SQLite stores it as an integer where the column is one.
    Number(f64),
    /// Text.
    Text(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Number(time.unix_ms() as f64)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// For the database of a Durable Object.
impl From<Value> for mesh::durable::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Number(number) => Self::from_number(number),
            Value::Text(text) => Self::Text(text),
        }
    }
}

macro_rules! id_values {
    ($($id:ty),+) => {$(
        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Text(id.to_string())
            }
        }
    )+};
}
id_values!(
    ids::AiCallId,
    ids::ApprovalId,
    ids::CrmRecordId,
    ids::DeadLetterId,
    ids::EndpointId,
    ids::KeyId,
    ids::ErasureId,
    ids::EventId,
    ids::FileId,
    ids::NoticeId,
    ids::ProposalId,
    ids::RedriveId,
    ids::RuleId,
    ids::SignalId,
    ids::TenantId
);

/// `Vec<Value>` of anything that is one.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::sql::Value::from($value)),*] };
}
pub(crate) use values;

/// What a statement answered: a JSON array of objects, one a row, by column.
///
/// JSON, because one string costs far less on its way out of JavaScript than an object a row, and since it makes a
/// row of any database the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    database: &'static str,
    json: String,
}

impl Rows {
    /// The rows that a database (by its binding's name) gave.
    #[must_use]
    pub fn new(database: &'static str, json: String) -> Self {
        Self { database, json }
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.json == "[]"
    }

    /// The rows as `R`, and each converted.
    ///
    /// # Errors
    /// When a column is missing, of another type, or does not convert: the schema and this code disagree.
    pub fn read<R: DeserializeOwned, T: TryFrom<R>>(&self) -> Result<Vec<T>, StoreError>
    where
        T::Error: std::fmt::Display,
    {
        let rows: Vec<R> = serde_json::from_str(&self.json)
            .map_err(|error| StoreError::new(self.database, format!("a row cannot be read: {error}")))?;
        rows.into_iter()
            .map(|row| {
                T::try_from(row)
                    .map_err(|error| StoreError::new(self.database, format!("a row cannot be read: {error}")))
            })
            .collect()
    }

    /// As [`Rows::read`]: the first row, if there is one.
    ///
    /// # Errors
    /// As [`Rows::read`].
    pub fn first<R: DeserializeOwned, T: TryFrom<R>>(&self) -> Result<Option<T>, StoreError>
    where
        T::Error: std::fmt::Display,
    {
        Ok(self.read::<R, T>()?.into_iter().next())
    }
}
