//! The very statements that run in a Durable Object, over SQLite in memory.

use mesh::durable::Storage;
use mesh_sim::durable::SqliteDatabase;
use test_kit::suite::limit_store_suite;

use super::{LIMITS, SqlLimitStore};

#[test]
fn the_sql_store_is_a_limit_store() {
    let storage = Storage::over(SqliteDatabase::in_memory().unwrap());
    LIMITS.run(&storage).unwrap();
    limit_store_suite(&SqlLimitStore::new(storage));
}
