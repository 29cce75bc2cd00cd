//! Usage over SQL: the suite of its port, what is stored, and that each query finds its rows by an index.

use crate::sqlite::Sqlite;
use app::ports::{EventStore, UsageStore};
use contracts::pipeline::usage::UsageGroup;
use domain::usage::Span;
use storage::{SqlDatabase, SqlEventStore, SqlUsageStore, Statement};
use test_kit::{Fixtures, run, suite};

#[test]
fn the_sql_store_is_a_usage_store_and_reads_no_whole_table() {
    let database = Sqlite::migrated("data");
    run(suite::usage_store_suite(&SqlUsageStore::new(database.clone())));
    let statements = database.take_statements();
    assert!(statements.len() > 10, "{}", statements.len());
    for statement in statements {
        let plan = database.plan(&statement);
        let scans = plan.iter().any(|step| {
            step.starts_with("SCAN") && !step.contains("CONSTANT ROW") && !step.contains("json_each")
        });
        assert!(!scans, "{}: {plan:?}", statement.sql);
    }
}

#[test]
fn archived_events_are_totaled_as_they_come_and_go() {
    let database = Sqlite::migrated("data");
    let (events, usage) = (SqlEventStore::new(database.clone()), SqlUsageStore::new(database.clone()));
    let make = Fixtures::new(7);
    let (tenant, other) = (make.tenant(), make.tenant());
    let sent = [make.event(), make.event()];
    let now = make.now();
    let span = Span::of(0, 1, 1, false).unwrap();
    let stored = || {
        let sums = run(usage.sums(tenant, span, UsageGroup::Day, 1)).unwrap();
        (sums.storage.events, sums.storage.event_bytes)
    };
    for event in &sent {
        run(events.insert(tenant, event, None, now)).unwrap();
    }
    run(events.insert(other, &make.event(), None, now)).unwrap();
    let bytes =
        |events: &[app::ports::NewEvent]| events.iter().map(|event| u64::from(event.size_bytes)).sum::<u64>();
    assert_eq!(stored(), (2, bytes(&sent)));
    for table in ["outbox", "events"] {
        let column = if table == "events" { "id" } else { "event_id" };
        let sql = format!("DELETE FROM {table} WHERE {column} = ?1");
        run(database.query(Statement::new(&sql, vec![sent[0].event_id.into()]))).unwrap();
    }
    assert_eq!(stored(), (1, bytes(&sent[1..])));
}
