//! Makes the tables, and moves older ones on. Each step runs once and whole, in order, when the object starts.

use app::ports::StoreError;

use super::object_sql::ObjectDatabase;
use super::row::VersionRow;
use crate::sql::{Statement, values};

/// Append-only: an object may be at any of these.
const MIGRATIONS: [&str; 1] = [include_str!("0001_initial.sql")];

const CREATE_VERSION: &str = "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY) STRICT";
const READ_VERSION: &str = "SELECT COALESCE(MAX(version), 0) AS version FROM schema_version";
const INSERT_VERSION: &str = "INSERT INTO schema_version (version) VALUES (?1)";

pub(super) fn migrate<D: ObjectDatabase>(database: &D) -> Result<(), StoreError> {
    let asked = vec![Statement::new(CREATE_VERSION, values![]), Statement::new(READ_VERSION, values![])];
    let answers = database.transaction(asked)?;
    let version = match answers.last() {
        Some(rows) => rows.first::<VersionRow, VersionRow>()?.map_or(0, |row| row.version),
        None => 0,
    };
    if version as usize > MIGRATIONS.len() {
        let message = format!(
            "the tables are at version {version}, this build knows {}: deploy the later build again",
            MIGRATIONS.len()
        );
        return Err(StoreError::new(database.name(), message));
    }
    for (next, script) in (1_u32..).zip(MIGRATIONS).skip(version as usize) {
        let mut steps: Vec<Statement> = statements(script).collect();
        steps.push(Statement::new(INSERT_VERSION, values![next]));
        database.transaction(steps)?;
    }
    Ok(())
}

/// The statements of a script, which end in a semicolon at a line's end.
fn statements(script: &'static str) -> impl Iterator<Item = Statement> {
    let parts = script.split(";\n").map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| Statement::new(part, values![]))
}
