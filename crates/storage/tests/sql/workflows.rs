//! Runs and approvals over SQL: the suite of their ports, and that each query finds its rows by an index.

use crate::sqlite::Sqlite;
use storage::{SqlApprovalStore, SqlRunStore, Statement};
use test_kit::run;
use test_kit::workflows::suite;

fn database() -> Sqlite {
    Sqlite::migrated("data")
}

#[test]
fn the_sql_stores_are_a_run_store_and_an_approval_store() {
    let database = database();
    let (runs, approvals) = (SqlRunStore::new(database.clone()), SqlApprovalStore::new(database));
    run(suite::workflow_stores_suite(&runs, &approvals));
}

#[test]
fn no_query_reads_a_whole_table() {
    let database = database();
    let (runs, approvals) = (SqlRunStore::new(database.clone()), SqlApprovalStore::new(database.clone()));
    run(suite::workflow_stores_suite(&runs, &approvals));
    let mut statements = database.take_statements();
    statements.sort_by(|a, b| a.sql.cmp(&b.sql));
    statements.dedup_by(|a, b| a.sql == b.sql);
    assert!(statements.len() > 15, "{}", statements.len());
    let scans = |statement: &Statement| {
        let plan = database.plan(statement);
        plan.iter().any(|step| step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE"))
    };
    let reading: Vec<_> =
        statements.iter().filter(|statement| scans(statement)).map(|statement| &statement.sql).collect();
    assert!(reading.is_empty(), "{reading:?}");
}
