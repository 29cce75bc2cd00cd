//! Files over SQL: the suite of their port, and that each query finds its rows by an index.

use crate::sqlite::Sqlite;
use storage::SqlFileStore;
use test_kit::{run, suite};

#[test]
fn the_sql_store_is_a_file_store_and_reads_no_whole_table() {
    let database = Sqlite::migrated("data");
    run(suite::file_store_suite(&SqlFileStore::new(database.clone())));
    let statements = database.take_statements();
    assert!(statements.len() > 10, "{}", statements.len());
    for statement in statements {
        let plan = database.plan(&statement);
        let scans = plan.iter().any(|step| step.starts_with("SCAN") && !step.contains("CONSTANT ROW"));
        assert!(!scans, "{}: {plan:?}", statement.sql);
    }
}
