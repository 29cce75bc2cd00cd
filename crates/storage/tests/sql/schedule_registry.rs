//! The registry of schedules over SQL: the suite of its port, and that each query finds its rows by an index.

use crate::sqlite::Sqlite;
use storage::SqlScheduleRegistry;
use test_kit::run;
use test_kit::schedule::schedule_registry_suite;

#[test]
fn the_sql_store_is_a_registry_of_schedules_and_sorts_no_whole_table() {
    let database = Sqlite::migrated("schedule");
    run(schedule_registry_suite(&SqlScheduleRegistry::new(database.clone())));
    let statements = database.take_statements();
    assert!(statements.len() > 10, "{}", statements.len());
    for statement in &statements {
        for step in database.plan(statement) {
            assert!(
                !step.starts_with("SCAN schedules") && !step.contains("TEMP B-TREE"),
                "{step}: {}",
                statement.sql
            );
        }
    }
}
