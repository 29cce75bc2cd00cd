//! The very statements that run in a Durable Object, over SQLite in memory.

use std::cell::RefCell;
use std::rc::Rc;

use app::ports::{JobStore, LedgerStore};
use mesh::durable::{Database, End, MigrationError, Rows, Storage, Value};
use mesh_sim::durable::SqliteDatabase;
use test_kit::schedule::{ScheduleFixtures, schedule_store_suite};

use super::{SCHEDULE, SqlScheduleStore};

type Statements = Rc<RefCell<Vec<(String, Vec<Value>)>>>;

/// A database that keeps what was run. A clone is the same database.
#[derive(Clone)]
struct Recorded {
    database: SqliteDatabase,
    statements: Statements,
}

impl Recorded {
    fn new() -> Self {
        Self { database: SqliteDatabase::in_memory().unwrap(), statements: Statements::default() }
    }

    fn storage(&self) -> Storage {
        Storage::over(self.clone())
    }

    fn store(&self) -> SqlScheduleStore {
        SCHEDULE.run(&self.storage()).unwrap();
        SqlScheduleStore::new(self.storage())
    }
}

impl Database for Recorded {
    fn exec(&self, sql: &str, values: &[Value]) -> Result<Rows, String> {
        self.statements.borrow_mut().push((sql.to_owned(), values.to_vec()));
        self.database.exec(sql, values)
    }

    fn script(&self, sql: &str) -> Result<(), String> {
        self.database.script(sql)
    }

    fn transaction(&self, body: &mut dyn FnMut() -> End) -> Result<(), String> {
        self.database.transaction(body)
    }

    fn size(&self) -> u64 {
        self.database.size()
    }
}

#[test]
fn the_sql_store_is_a_schedule_store() {
    schedule_store_suite(|| Rc::new(Recorded::new().store()));
}

#[test]
fn opening_again_keeps_what_is_stored() {
    let database = Recorded::new();
    let job = ScheduleFixtures::new(1).job(ScheduleFixtures::START_MS);
    database.store().insert_job(&job, None).unwrap();
    assert_eq!(database.store().job(job.job_id), Ok(Some(job)));
}

#[test]
fn an_object_of_an_earlier_build_goes_on_from_its_version() {
    let database = Recorded::new();
    let storage = database.storage();
    storage
        .script("CREATE TABLE schema_version (version INTEGER PRIMARY KEY) STRICT; INSERT INTO schema_version VALUES (1)")
        .unwrap();
    storage.script(include_str!("0001_initial.sql")).unwrap();
    let (make, start) = (ScheduleFixtures::new(1), ScheduleFixtures::START_MS);
    let job = make.job(start);
    let run = make.run(&job, start - 60_000);
    let insert = "INSERT INTO jobs VALUES (?1, ?2, ?3, ?4, 3, 2000, 'active', ?5, ?6)";
    let text = |value: &dyn ToString| Value::Text(value.to_string());
    let number = |value: contracts::Timestamp| Value::Integer(value.unix_ms() as i64);
    let json = |value: String| Value::Text(value);
    let schedule = json(r#"{"every":{"interval_ms":60000}}"#.into());
    let task = json(serde_json::to_string(&job.task).unwrap());
    let values = [
        text(&job.job_id),
        text(&job.name),
        schedule,
        task,
        number(job.state.wake_at.unwrap()),
        number(job.created_at),
    ];
    storage.exec(insert, &values).unwrap();
    let insert =
        "INSERT INTO runs VALUES (?1, ?2, 1, 'schedule', ?3, ?4, 'pending', 0, ?3, NULL, NULL, NULL, NULL)";
    let values = [text(&run.run_id), text(&job.job_id), number(run.scheduled_for), text(&run.trace)];
    storage.exec(insert, &values).unwrap();
    let store = database.store();
    assert_eq!(store.job(job.job_id), Ok(Some(job)));
    assert_eq!(store.run(run.run_id), Ok(Some(run)));
}

#[test]
fn tables_of_a_later_build_are_left_alone() {
    let database = Recorded::new();
    database.store();
    database.storage().exec("INSERT INTO schema_version (version) VALUES (99)", &[]).unwrap();
    assert_eq!(SCHEDULE.run(&database.storage()), Err(MigrationError::Newer { found: 99, known: 10 }));
}

#[test]
fn no_statement_reads_or_sorts_every_job_or_run() {
    let stores = RefCell::new(Vec::new());
    schedule_store_suite(|| {
        let database = Recorded::new();
        let store = database.store();
        database.statements.take();
        stores.borrow_mut().push(database);
        Rc::new(store)
    });
    let mut seen = std::collections::BTreeSet::new();
    for store in stores.take() {
        for (sql, values) in store.statements.take() {
            if !seen.insert(sql.clone()) {
                continue;
            }
            for step in store.database.plan(&sql, &values).unwrap() {
                let scans = step.starts_with("SCAN jobs") || step.starts_with("SCAN runs");
                let counts = sql.contains("COUNT(*)") && step.contains("COVERING INDEX");
                let sorts = step.contains("TEMP B-TREE");
                assert!(counts || !(scans || sorts), "{step}: {sql}");
            }
        }
    }
    assert!(seen.len() >= 20, "only {} statements were looked at", seen.len());
}
