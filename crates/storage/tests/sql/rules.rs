//! Rules over SQL: the suite of their port, and that each query finds its rows by an index.

use crate::sqlite::Sqlite;
use storage::{SqlRuleStore, Statement};
use test_kit::{run, suite};

#[test]
fn the_sql_store_is_a_rule_store_and_reads_no_whole_table() {
    let database = Sqlite::migrated("data");
    run(suite::rule_store_suite(&SqlRuleStore::new(database.clone())));
    let mut statements = database.take_statements();
    statements.sort_by(|a, b| a.sql.cmp(&b.sql));
    statements.dedup_by(|a, b| a.sql == b.sql);
    assert!(statements.len() > 10, "{}", statements.len());
    let scans = |statement: &Statement| {
        let plan = database.plan(statement);
        plan.iter().any(|step| {
            step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE") && !step.contains("CONSTANT ROW")
        })
    };
    let reading: Vec<_> =
        statements.iter().filter(|statement| scans(statement)).map(|statement| &statement.sql).collect();
    assert!(reading.is_empty(), "{reading:?}");
}
