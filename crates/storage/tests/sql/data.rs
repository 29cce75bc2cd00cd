//! Events and signals over SQL: the suites of the ports, and that each query finds its rows by an index.

use crate::sqlite::Sqlite;
use app::ports::{EventStore, SignalQuery, SignalStore};
use contracts::pipeline::ListEvents;
use storage::{
    SqlBackfillStore, SqlCrmStore, SqlDeadLetterStore, SqlEventStore, SqlHistoryStore, SqlSignalStore,
    Statement,
};
use test_kit::{Fixtures, run, suite};

fn database() -> Sqlite {
    Sqlite::migrated("data")
}

#[test]
fn the_sql_event_store_is_an_event_store() {
    run(suite::event_store_suite(&SqlEventStore::new(database())));
}

#[test]
fn the_sql_event_store_finds_events_of_all_tenants_by_an_index() {
    let database = database();
    let store = SqlEventStore::new(database.clone());
    run(suite::event_finder_suite(&store, &store));
    let statements = database.take_statements();
    let finds = statements.iter().filter(|statement| statement.sql.contains("id < ?1"));
    let plans: Vec<_> = finds.map(|statement| database.plan(statement).join("; ")).collect();
    assert!(plans.len() >= 7, "{plans:?}");
    for plan in plans {
        assert!(plan.starts_with("SEARCH events USING INDEX") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}

#[test]
fn the_sql_signal_store_is_a_signal_store() {
    let database = database();
    let (events, signals) = (SqlEventStore::new(database.clone()), SqlSignalStore::new(database));
    run(suite::signal_store_suite(&events, &signals));
}

#[test]
fn the_sql_dead_letter_store_is_a_dead_letter_store() {
    let database = database();
    let (events, letters) = (SqlEventStore::new(database.clone()), SqlDeadLetterStore::new(database));
    run(suite::dead_letter_store_suite(&events, &letters));
}

/// The plan of the only statement that was run since.
fn plan(database: &Sqlite) -> String {
    let statements = database.take_statements();
    let [statement] = statements.as_slice() else {
        panic!("one statement was expected: {statements:?}");
    };
    database.plan(statement).join("; ")
}

#[test]
fn lists_of_events_walk_an_index_and_sort_nothing() {
    let database = database();
    let store = SqlEventStore::new(database.clone());
    let make = Fixtures::new(1);
    let (ours, before) = (make.tenant(), Some(make.event().event_id));
    let some = || Some("x".to_owned());
    for (query, index) in [
        (ListEvents::default(), "events_by_tenant (tenant_id=?)"),
        (ListEvents { before, ..ListEvents::default() }, "events_by_tenant (tenant_id=? AND id<?)"),
        (
            ListEvents { status: some(), ..ListEvents::default() },
            "events_by_status (tenant_id=? AND status=?)",
        ),
        (
            ListEvents { status: some(), before, ..ListEvents::default() },
            "events_by_status (tenant_id=? AND status=? AND id<?)",
        ),
        (
            ListEvents { source: some(), kind: some(), ..ListEvents::default() },
            "events_by_tenant (tenant_id=?)",
        ),
    ] {
        run(store.list(ours, &ListEvents { limit: 50, ..query.clone() })).unwrap();
        assert_eq!(plan(&database), format!("SEARCH events USING INDEX {index}"), "{query:?}");
    }
}

#[test]
fn lists_of_signals_walk_an_index_and_sort_nothing() {
    let database = database();
    let store = SqlSignalStore::new(database.clone());
    let make = Fixtures::new(1);
    let (ours, some) = (make.tenant(), || Some("x".to_owned()));
    let all = SignalQuery { limit: 50, ..SignalQuery::default() };
    for (query, index) in [
        (all.clone(), "signals_by_tenant (tenant_id=?)"),
        (SignalQuery { min_score: Some(0.5), ..all.clone() }, "signals_by_tenant (tenant_id=?)"),
        (SignalQuery { account: some(), ..all.clone() }, "signals_by_account (tenant_id=? AND account=?)"),
        (SignalQuery { kind: some(), ..all.clone() }, "signals_by_kind (tenant_id=? AND kind=?)"),
    ] {
        run(store.list(ours, &query)).unwrap();
        assert_eq!(plan(&database), format!("SEARCH signals USING INDEX {index}"), "{query:?}");
    }
    // An event has few signals: finding them by the event and sorting them beats walking the tenant's.
    let of_event = SignalQuery { event_id: Some(make.event().event_id), ..all };
    run(store.list(ours, &of_event)).unwrap();
    let plan = plan(&database);
    assert!(plan.starts_with("SEARCH signals USING INDEX") && plan.contains("(event_id=?)"), "{plan}");
}

#[test]
fn only_the_count_of_the_outbox_reads_a_whole_table() {
    let database = database();
    let (events, signals) = (SqlEventStore::new(database.clone()), SqlSignalStore::new(database.clone()));
    run(suite::event_store_suite(&events));
    run(suite::signal_store_suite(&events, &signals));
    run(suite::dead_letter_store_suite(&events, &SqlDeadLetterStore::new(database.clone())));
    let mut statements = database.take_statements();
    statements.sort_by(|a, b| a.sql.cmp(&b.sql));
    statements.dedup_by(|a, b| a.sql == b.sql);
    assert!(statements.len() > 20, "{}", statements.len());
    let reads_a_table = |statement: &Statement| {
        // Scanning a virtual table is walking the array in a parameter; a constant row is that of the parameters.
        database.plan(statement).iter().any(|step| {
            step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE") && step != "SCAN CONSTANT ROW"
        })
    };
    let reading: Vec<_> = statements
        .into_iter()
        .filter(reads_a_table)
        .map(|statement| statement.sql.trim().to_owned())
        .collect();
    assert_eq!(reading, [include_str!("../../queries/outbox/depth.sql").trim()]);
}

#[test]
fn a_row_that_this_version_cannot_read_is_an_error_and_names_the_column() {
    let database = database();
    let store = SqlEventStore::new(database.clone());
    let make = Fixtures::new(1);
    let (ours, event) = (make.tenant(), make.event());
    run(store.insert(ours, &event, None, make.now())).unwrap();
    let spoil = Statement::new("UPDATE events SET assessment = '{}'", vec![]);
    run(storage::SqlDatabase::query(&database, spoil)).unwrap();
    let error = run(store.get(ours, event.event_id)).unwrap_err();
    assert_eq!(error.store, "SQLITE");
    assert!(error.message.contains("`events.assessment`: missing field `qualification`"), "{error}");
}

#[test]
fn the_sql_crm_store_is_a_crm_store_and_finds_its_rows_by_an_index() {
    let database = database();
    run(suite::crm_store_suite(&SqlCrmStore::new(database.clone())));
    for statement in database.take_statements() {
        let plan = database.plan(&statement).join("; ");
        let scans = plan.split("; ").any(|step| {
            step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE") && !step.contains("subquery")
        });
        assert!(!scans, "{plan}\n{}", statement.sql);
    }
}

#[test]
fn the_sql_store_of_histories_is_one_and_finds_its_rows_by_an_index() {
    let database = database();
    let histories = SqlHistoryStore::new(database.clone());
    run(suite::history_store_suite(&SqlEventStore::new(database.clone()), &histories));
    let own = |sql: &str| sql.contains("histories") || sql.contains("history_items");
    let statements = database.take_statements();
    let statements: Vec<_> = statements.iter().filter(|statement| own(&statement.sql)).collect();
    assert!(statements.len() > 20, "{}", statements.len());
    for statement in statements {
        let plan = database.plan(statement).join("; ");
        let scans = |step: &str| step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE");
        assert!(!plan.split("; ").any(scans), "{plan}\n{}", statement.sql);
    }
}

#[test]
fn the_sql_backfill_store_is_a_backfill_store_and_finds_its_rows_by_an_index() {
    let database = database();
    let backfill = SqlBackfillStore::new(database.clone());
    run(suite::backfill_store_suite(&SqlEventStore::new(database.clone()), &backfill));
    // The plans of the event store's own statements have their test.
    let own = |sql: &str| {
        ["Ids sort by", "rerun of run", "Run ?3 is over", "SELECT id, run FROM"]
            .iter()
            .any(|of| sql.contains(of))
    };
    let statements = database.take_statements();
    let statements: Vec<_> = statements.iter().filter(|statement| own(&statement.sql)).collect();
    assert!(statements.len() > 10, "{}", statements.len());
    for statement in statements {
        let plan = database.plan(statement).join("; ");
        let scans = |step: &str| step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE");
        assert!(!plan.split("; ").any(scans), "{plan}\n{}", statement.sql);
    }
}
