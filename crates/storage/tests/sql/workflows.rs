//! Runs and approvals over SQL: the suite of their ports, and that each query finds its rows by an index.

use crate::sqlite::Sqlite;
use app::ports::{
    AccountHistory, AccountPeriod, EventStore, EventTransition, NewEvent, NewSignal, SignalStore,
};
use contracts::Timestamp;
use contracts::pipeline::Assessment;
use domain::{EventStatus, SignalKind};
use ids::TenantId;
use storage::{SqlAccountHistory, SqlApprovalStore, SqlEventStore, SqlRunStore, SqlSignalStore, Statement};
use test_kit::workflows::suite;
use test_kit::{Fixtures, run};

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

/// Stores an assessed call of an account with two signals, which happened at `at`.
fn call(database: &Sqlite, make: &Fixtures, tenant: TenantId, account: &str, at: u64) {
    let (events, signals) = (SqlEventStore::new(database.clone()), SqlSignalStore::new(database.clone()));
    let occurred_at = Some(Timestamp::from_unix_ms(at));
    let event = NewEvent { occurred_at, ..make.event() };
    run(events.insert(tenant, &event, None, make.now())).unwrap();
    let change = EventTransition {
        title: Some("Renewal".into()),
        account: Some(account.into()),
        signals_count: Some(2),
        assessment: Some(Assessment {
            qualification: 0.5,
            risk: 0.25,
            headline: "Known: budget".into(),
            counts: Vec::new(),
            extractor: None,
        }),
        ..EventTransition::to(EventStatus::Processed)
    };
    for change in [EventTransition::to(EventStatus::Processing), change] {
        assert_eq!(run(events.transition(tenant, event.event_id, &change, make.now())), Ok(true));
    }
    let found = |kind, start| NewSignal { account: Some(account.into()), ..make.signal(kind, start) };
    let found = [found(SignalKind::Budget, 1), found(SignalKind::Objection, 2)];
    run(signals.replace(tenant, event.event_id, &found, make.now())).unwrap();
}

#[test]
fn an_accounts_history_is_its_own_and_of_its_period_and_counts_what_it_does_not_show() {
    let database = database();
    let make = Fixtures::new(5);
    let (ours, theirs) = (make.tenant(), make.tenant());
    for at in [999, 1_000, 1_050, 1_150, 1_200] {
        call(&database, &make, ours, "Northwind", at);
    }
    call(&database, &make, ours, "Fennimore", 1_050);
    call(&database, &make, theirs, "Northwind", 1_050);
    database.take_statements();
    let history = SqlAccountHistory::new(database.clone());
    let period = AccountPeriod {
        account: "Northwind".into(),
        from: Timestamp::from_unix_ms(1_000),
        until: Timestamp::from_unix_ms(1_200),
        bucket_ms: 100,
    };
    let found = run(history.gather(ours, &period, 2, 3)).unwrap();
    assert_eq!(found.events.iter().map(|event| event.at.unix_ms()).collect::<Vec<_>>(), [1_150, 1_050]);
    let first = &found.events[0];
    assert_eq!((first.title.as_str(), first.headline.as_deref()), ("Renewal", Some("Known: budget")));
    assert_eq!((first.qualification, first.risk, first.signals), (Some(0.5), Some(0.25), 2));
    assert_eq!(found.signals.len(), 3);
    assert!(found.signals.iter().all(|signal| (1_000..1_200).contains(&signal.at.unix_ms())));
    assert_eq!(found.event_counts, [(0, 2), (1, 1)]);
    let counts = [("budget", 0, 2), ("budget", 1, 1), ("objection", 0, 2), ("objection", 1, 1)];
    assert_eq!(found.signal_counts, counts.map(|(kind, bucket, count)| (kind.to_owned(), bucket, count)));
    for statement in database.take_statements() {
        let plan = database.plan(&statement).join("; ");
        assert!(plan.contains("events_by_account (tenant_id=? AND account=?)"), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}
