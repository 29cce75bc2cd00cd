//! Archived calls over SQL: the suite of their port, and that each query finds its rows by an index.

use storage::SqlArchivedCalls;
use test_kit::{run, suite};

use crate::sqlite::Sqlite;

#[test]
fn the_sql_store_knows_archived_calls_and_reads_no_whole_table() {
    let database = Sqlite::migrated("data");
    run(suite::archived_calls_suite(&SqlArchivedCalls::new(database.clone())));
    let statements = database.take_statements();
    assert!(statements.len() > 20, "{}", statements.len());
    for statement in statements {
        let plan = database.plan(&statement);
        let scans = plan.iter().any(|step| {
            step.starts_with("SCAN") && !step.contains("CONSTANT ROW") && !step.contains("json_each")
        });
        assert!(!scans, "{}: {plan:?}", statement.sql);
    }
}

#[test]
fn archived_calls_in_memory_are_the_same() {
    run(suite::archived_calls_suite(&test_kit::MemoryArchivedCalls::default()));
}
