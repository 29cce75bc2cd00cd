//! D1: databases and queries.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Failure, Platform};

/// A database.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Database {
    #[serde(rename = "uuid")]
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Platform {
    /// All databases.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn databases(&self) -> Result<Vec<Database>, Failure> {
        self.http.list(&self.path("d1/database"))
    }

    /// Makes a database.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Taken`] where the name is.
    pub(crate) fn create_database(&self, name: &str) -> Result<Database, Failure> {
        self.http.post(&self.path("d1/database"), &json!({ "name": name }))
    }

    /// Takes a database away, with all that is in it.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn delete_database(&self, id: &str) -> Result<(), Failure> {
        self.http.delete(&self.path(&format!("d1/database/{id}")))
    }

    /// Runs statements in one transaction; gives the rows of each.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Refused`] with SQLite's words where a statement fails.
    pub(crate) fn query(&self, id: &str, sql: &str) -> Result<Vec<Vec<Value>>, Failure> {
        #[derive(Deserialize)]
        struct Outcome {
            #[serde(default)]
            results: Vec<Value>,
        }
        let outcomes: Vec<Outcome> =
            self.http.post(&self.path(&format!("d1/database/{id}/query")), &json!({ "sql": sql }))?;
        Ok(outcomes.into_iter().map(|outcome| outcome.results).collect())
    }

    /// The names of the migrations that wrangler has applied to a database, in order.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn applied_migrations(&self, id: &str) -> Result<Vec<String>, Failure> {
        // Two reads, because asking a table that is not there is an error that looks like any other.
        let tables =
            self.query(id, "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'd1_migrations'")?;
        if tables.iter().all(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let rows = self.query(id, "SELECT name FROM d1_migrations ORDER BY id")?;
        let name = |row: Value| row["name"].as_str().map(str::to_owned);
        Ok(rows.into_iter().flatten().filter_map(name).collect())
    }
}
