//! The schema: each step once, and what is refused.

use mesh::durable::{Migration, MigrationError, Migrations, Storage, StorageError};
use mesh_sim::durable::SqliteDatabase;

const NOTES: Migration = Migration::sql(
    "0001_notes",
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
     CREATE TABLE log (text TEXT NOT NULL) STRICT;
     -- A trigger has semicolons of its own; so has this comment.
     CREATE TRIGGER noted AFTER INSERT ON notes BEGIN
         INSERT INTO log (text) VALUES (new.text || ';');
         INSERT INTO log (text) VALUES ('done');
     END;
     INSERT INTO notes (text) VALUES ('first');",
);
const EDITED: Migration = Migration::sql("0001_notes", "CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT;");
const RENAMED: Migration =
    Migration::sql("0001_remarks", "CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT;");
const SHOUT: Migration = Migration::code("0002_shout", |storage| {
    storage.exec("UPDATE notes SET text = upper(text)", &[]).map(drop)
});
const HALF: Migration =
    Migration::sql("0002_half", "CREATE TABLE half (a TEXT) STRICT; CREATE TABLE notes (a TEXT);");

fn fresh() -> Storage {
    Storage::over(SqliteDatabase::in_memory().unwrap())
}

fn texts(storage: &Storage) -> Vec<String> {
    storage.exec("SELECT text FROM notes ORDER BY id", &[]).unwrap().typed().unwrap()
}

#[test]
fn each_step_runs_once_in_order_however_often_the_object_starts() {
    let storage = fresh();
    for _ in 0..3 {
        Migrations::new(&[NOTES]).run(&storage).unwrap();
    }
    assert_eq!(texts(&storage), ["first"]);
    let log: Vec<String> = storage.exec("SELECT text FROM log", &[]).unwrap().typed().unwrap();
    assert_eq!(log, ["first;", "done"]);
    for _ in 0..3 {
        Migrations::new(&[NOTES, SHOUT]).run(&storage).unwrap();
    }
    assert_eq!(texts(&storage), ["FIRST"]);
}

#[test]
fn a_step_that_fails_leaves_the_object_as_it_was_and_is_tried_again() {
    let storage = fresh();
    let error = Migrations::new(&[NOTES, HALF]).run(&storage).unwrap_err();
    let MigrationError::Failed { name: "0002_half", error: StorageError::Sql { message, .. } } = error else {
        panic!("{error}")
    };
    assert!(message.contains("already exists"), "{message}");
    let tables = storage.exec("SELECT count(*) FROM sqlite_master WHERE name = 'half'", &[]).unwrap();
    assert_eq!(tables.one::<u32>(), Ok(0));
    Migrations::new(&[NOTES, SHOUT]).run(&storage).unwrap();
    assert_eq!(texts(&storage), ["FIRST"]);
}

#[test]
fn tables_of_a_later_build_are_left_alone() {
    let storage = fresh();
    Migrations::new(&[NOTES, SHOUT]).run(&storage).unwrap();
    let error = Migrations::new(&[NOTES]).run(&storage).unwrap_err();
    assert_eq!(error, MigrationError::Newer { found: 2, known: 1 });
    assert!(error.to_string().contains("version 2 and this build knows 1"), "{error}");
}

#[test]
fn an_edited_or_renamed_step_is_found_and_refused() {
    for (changed, says) in [(EDITED, "`0001_notes "), (RENAMED, "`0001_remarks ")] {
        let storage = fresh();
        Migrations::new(&[NOTES]).run(&storage).unwrap();
        let changed = Migrations::new(Box::leak(Box::new([changed, SHOUT])));
        let error = changed.run(&storage).unwrap_err();
        assert!(matches!(error, MigrationError::Edited { version: 1, .. }), "{error}");
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(texts(&storage), ["first"]);
    }
}

#[test]
fn bare_version_numbers_of_earlier_builds_are_continued() {
    let storage = fresh();
    storage
        .script(
            "CREATE TABLE schema_version (version INTEGER PRIMARY KEY) STRICT;
             INSERT INTO schema_version (version) VALUES (1);
             CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
             INSERT INTO notes (text) VALUES ('old');",
        )
        .unwrap();
    for _ in 0..2 {
        Migrations::new(&[NOTES, SHOUT]).run(&storage).unwrap();
    }
    assert_eq!(texts(&storage), ["OLD"]);
    // What earlier builds ask is still answered, and they still refuse what is newer than they know.
    let version = storage.exec("SELECT COALESCE(MAX(version), 0) FROM schema_version", &[]).unwrap();
    assert_eq!(version.one::<u32>(), Ok(2));
    // From now on the step is held to what it is.
    let error = Migrations::new(&[EDITED, SHOUT]).run(&storage).unwrap_err();
    assert!(matches!(error, MigrationError::Edited { version: 1, .. }), "{error}");
}

#[test]
fn steps_need_names_of_their_own() {
    for (steps, version) in [(&[NOTES, NOTES] as &[Migration], 2), (&[Migration::sql("", "SELECT 1")], 1)] {
        let error = Migrations::new(Box::leak(steps.into())).run(&fresh()).unwrap_err();
        assert!(matches!(error, MigrationError::Name { version: at, .. } if at == version), "{error}");
    }
}
