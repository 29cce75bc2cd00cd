//! The analysts' archive over SQLite and memory objects: every event once, whatever dies and
//! whenever one looks; and removing events from it and from everywhere else.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod crashes;
mod erasure;
mod files;
mod people;
mod reader;
mod recordings;
mod retention;
#[path = "../sql/sqlite.rs"]
mod sqlite;
mod stores;
mod world;
