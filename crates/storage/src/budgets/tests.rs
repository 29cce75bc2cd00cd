//! The very statements that run in a Durable Object, over SQLite in memory.

use std::rc::Rc;

use app::ports::BudgetStore;
use mesh::durable::Storage;
use mesh_sim::durable::SqliteDatabase;
use rusqlite::Connection;
use test_kit::suite::budget_store_suite;

use super::{SqlBudgetStore, TENANT_BUDGET};

#[test]
fn the_sql_store_is_a_budget_store() {
    budget_store_suite(&|| {
        let storage = Storage::over(SqliteDatabase::in_memory().unwrap());
        TENANT_BUDGET.run(&storage).unwrap();
        Rc::new(SqlBudgetStore::new(storage)) as Rc<dyn BudgetStore>
    });
}

/// What a hold, a settlement and an expiry cost does not grow with what happened before.
#[test]
fn every_statement_of_a_call_goes_by_an_index() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(include_str!("0001_initial.sql")).unwrap();
    for (name, sql) in [
        ("a call", "SELECT * FROM calls WHERE id = ?1"),
        ("a tally", "SELECT * FROM tallies WHERE span = ?1 AND starts_ms = ?2 AND key = ?3 AND model = ?4"),
        ("the next expiry", "SELECT expires_ms FROM calls WHERE status = 'open' ORDER BY expires_ms LIMIT 1"),
        ("what is open", "SELECT count(*) FROM calls WHERE status = 'open'"),
        ("holds that expire", query!("expiring")),
        ("what is held", query!("held")),
        ("a minute's spending", query!("spent_in_calls")),
        ("a month's spending", query!("spent_in_days")),
    ] {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let parameters = plan.parameter_count();
        let steps: Vec<String> = plan
            .query_map(rusqlite::params_from_iter(vec![1; parameters]), |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        // The index of open calls has no other rows in it.
        let whole = |step: &&String| {
            step.contains("SCAN")
                && !step.contains("open_calls")
                && !step.contains("json_each")
                && !step.contains("CONSTANT ROW")
        };
        assert_eq!(steps.iter().find(whole), None, "{name}: {steps:?}");
        assert_eq!(steps.iter().find(|step| step.contains("B-TREE")), None, "{name}: {steps:?}");
    }
}
