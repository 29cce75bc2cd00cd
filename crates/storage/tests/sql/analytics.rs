//! Usage of all tenants: the rollups and a double of Analytics Engine give the same answer for the same writes, and no
//! question walks what was counted one by one.

use std::rc::Rc;

use app::ports::{StoreError, UsageDataset, UsageOverview, UsagePoint, UsageSummaries};
use app::usage::PointedUsage;
use async_trait::async_trait;
use rusqlite::Connection;
use storage::{AnalyticsEngineUsage, SqlApi, SqlUsageStore, USAGE_DATASET, point_parts};
use test_kit::{run, suite};

use crate::sqlite::{Sqlite, migrations};

/// When the double's points are written: 2026-11-22, five o'clock.
const WRITTEN_AT: &str = "2026-11-22 05:00:00";

/// Analytics Engine as its SQL API shows it: a table of points, in which some rows stand for several. It runs the very SQL
/// that it is sent, so that a query which forgets the weights, the time or the tenant gets another answer.
#[derive(Clone)]
struct Double {
    points: Rc<Connection>,
    /// Keeps only every so manieth point, and says so in its weight; what stands for others has their sum.
    sampled: bool,
    fails: bool,
}

impl Double {
    fn new(sampled: bool) -> Self {
        let points = Connection::open_in_memory().unwrap();
        let numbered = |name: &str, kind: &str| {
            (1..=20).map(|place| format!("{name}{place} {kind}")).collect::<Vec<_>>().join(", ")
        };
        let table = format!(
            "CREATE TABLE {USAGE_DATASET} (timestamp TEXT, dataset TEXT, index1 TEXT, _sample_interval INTEGER, {}, {})",
            numbered("blob", "TEXT"),
            numbered("double", "REAL"),
        );
        points.execute_batch(&table).unwrap();
        Self { points: Rc::new(points), sampled, fails: false }
    }
}

impl UsageDataset for Double {
    fn write(&self, point: &UsagePoint) {
        let (index, blobs, doubles) = point_parts(point);
        assert!(index.len() <= 96 && blobs.len() <= 20 && doubles.len() <= 20, "the product's limits");
        // One row that stands for two with half of it each is what sampling comes to on average.
        let weight = if self.sampled { 2 } else { 1 };
        let columns: Vec<String> = (1..=doubles.len()).map(|place| format!("double{place}")).collect();
        let values: Vec<String> = doubles
            .iter()
            .enumerate()
            // The first says which day it is, which no sampling halves.
            .map(|(place, value)| if place == 0 { *value } else { value / f64::from(weight) })
            .map(|value| format!("{value:?}"))
            .collect();
        let sql = format!(
            "INSERT INTO {USAGE_DATASET} (timestamp, dataset, index1, _sample_interval, blob1, {}) \
             VALUES ('{WRITTEN_AT}', '{USAGE_DATASET}', '{index}', {weight}, '{}', {})",
            columns.join(", "),
            blobs[0],
            values.join(", "),
        );
        self.points.execute_batch(&sql).unwrap();
    }
}

#[async_trait(?Send)]
impl SqlApi for Double {
    async fn rows(&self, query: String) -> Result<Vec<serde_json::Value>, String> {
        if self.fails {
            return Err("HTTP 429: too many queries".into());
        }
        assert!(query.len() <= 10_000, "{} bytes", query.len());
        assert!(query.contains("timestamp >= toDateTime('"), "the API wants a lower bound of time");
        // What SQLite calls otherwise.
        let sql = query.replace("toDateTime(", "datetime(");
        let mut prepared = self.points.prepare(&sql).map_err(|error| error.to_string())?;
        let names: Vec<String> = prepared.column_names().map(str::to_owned).collect();
        let rows = prepared.query_map([], |row| {
            let mut object = serde_json::Map::new();
            for (at, name) in names.iter().enumerate() {
                let value = match row.get::<_, rusqlite::types::Value>(at)? {
                    rusqlite::types::Value::Text(text) => text.into(),
                    rusqlite::types::Value::Real(number) => number.into(),
                    // As ClickHouse writes what has 64 bits.
                    rusqlite::types::Value::Integer(number) => number.to_string().into(),
                    other => panic!("{other:?}"),
                };
                object.insert(name.clone(), value);
            }
            Ok(serde_json::Value::from(object))
        });
        Ok(rows.unwrap().map(Result::unwrap).collect())
    }
}

#[test]
fn rollups_and_analytics_engine_give_the_same_answer_for_the_same_writes() {
    let rollups = SqlUsageStore::new(Sqlite::migrated("data"));
    run(suite::usage_summaries_suite(&rollups, &rollups));
    for sampled in [false, true] {
        let double = Double::new(sampled);
        let rollups = Rc::new(SqlUsageStore::new(Sqlite::migrated("data")));
        let store = PointedUsage { rollups, dataset: Rc::new(double.clone()) };
        run(suite::usage_summaries_suite(&store, &AnalyticsEngineUsage::new(double)));
    }
}

#[test]
fn a_dataset_that_refuses_is_an_error_with_its_words() {
    let api = Double { fails: true, ..Double::new(false) };
    let error: StoreError = run(AnalyticsEngineUsage::new(api).between(None, 1, 2)).unwrap_err();
    assert!(
        error.to_string().contains("HTTP 429") && error.to_string().contains("too many queries"),
        "{error}"
    );
}

#[test]
fn the_whole_is_known_without_asking_tenant_by_tenant() {
    let store = SqlUsageStore::new(Sqlite::migrated("data"));
    run(suite::usage_overview_suite(&store, &store));
}

/// With ten thousand tenants and a million events, an hour or a day of the whole is a row, a day of a tenant is one, and
/// what a tenant stores is one. Nothing else is walked.
#[test]
fn no_question_of_operators_walks_a_table_of_events_or_counts() {
    let database = Sqlite::migrated("data");
    let store = SqlUsageStore::new(database.clone());
    let tenant = test_kit::Fixtures::new(1).tenant();
    database.take_statements();
    run(async {
        store.between(None, 1, 93).await.unwrap();
        store.between(Some(tenant), 1, 367).await.unwrap();
        store.stored(None).await.unwrap();
        store.stored(Some(tenant)).await.unwrap();
        store.hours(1, 169).await.unwrap();
        store.days(1, 93).await.unwrap();
        store.waiting().await.unwrap();
        store.backlog(1, 169).await.unwrap();
    });
    let statements = database.take_statements();
    assert_eq!(statements.len(), 10);
    for statement in statements {
        for step in database.plan(&statement) {
            let walks = step.starts_with("SCAN") && !step.contains("CONSTANT ROW");
            // A row a tenant; what waits, by an index without anything else; the rows of a subquery above them.
            let small = ["file_totals", "event_totals", "outbox", "dead_letters_waiting", "(subquery"];
            assert!(!walks || small.iter().any(|name| step.contains(name)), "{}: {step}", statement.sql);
        }
    }
}

#[test]
fn what_was_counted_before_the_sums_were_kept_is_in_them() {
    let before = Sqlite::migrated_before("data", "0034");
    let store = SqlUsageStore::new(before.clone());
    let connection = before.connection.borrow();
    for (table, period) in [("usage_days", 20_779), ("usage_hours", 20_779 * 24)] {
        for tenant in ["ten_00000000000170008000000000000001", "ten_00000000000170008000000000000002"] {
            let sql = format!(
                "INSERT INTO {table} VALUES ('{tenant}', {period}, 'requests', 'a', '', 5, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)"
            );
            connection.execute_batch(&sql).unwrap();
        }
    }
    drop(connection);
    for (_, migration) in migrations("data").into_iter().filter(|(name, _)| &**name >= "0034") {
        before.connection.borrow().execute_batch(&migration).unwrap();
    }
    let sums = run(store.between(None, 20_779, 20_780)).unwrap();
    assert_eq!((sums.days[0].1.requests, sums.tenants.len(), sums.tenants[1].1.failed), (10, 2, 1));
    assert_eq!(run(store.hours(20_779 * 24, 20_780 * 24)).unwrap()[0].1.requests, 10);
}
