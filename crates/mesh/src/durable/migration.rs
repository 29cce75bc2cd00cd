//! The schema of an object: an ordered list of steps, each of which an object takes once.

use super::storage::{Storage, StorageError};

/// One step of the schema.
#[derive(Clone, Copy)]
pub struct Migration {
    name: &'static str,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Script(&'static str),
    Code(fn(&Storage) -> Result<(), StorageError>),
}

impl Migration {
    /// A script of any number of statements, such as `include_str!("0001_initial.sql")`.
    #[must_use]
    pub const fn sql(name: &'static str, script: &'static str) -> Self {
        Self { name, step: Step::Script(script) }
    }

    /// A step in Rust, for what SQL cannot say. An edit of its code goes unseen: leave it as it was.
    #[must_use]
    pub const fn code(name: &'static str, step: fn(&Storage) -> Result<(), StorageError>) -> Self {
        Self { name, step: Step::Code(step) }
    }

    /// What tells an edited step: a 64-bit FNV-1a hash of its script, or a mark that it is code.
    fn checksum(&self) -> String {
        match self.step {
            Step::Script(script) => crate::Fingerprint(fnv1a(script)).to_string(),
            Step::Code(_) => "code".into(),
        }
    }

    fn run(&self, storage: &Storage) -> Result<(), StorageError> {
        match self.step {
            Step::Script(script) => storage.script(script),
            Step::Code(step) => step(storage),
        }
    }
}

/// All steps of an object's schema, oldest first. The list only ever grows at its end: an object may be at any of them.
#[derive(Clone, Copy)]
pub struct Migrations(&'static [Migration]);

/// Why an object's schema cannot be brought to what the code knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MigrationError {
    /// A later build was here.
    #[error(
        "the tables are at version {found} and this build knows {known}: deploy the build that made them, or a later one"
    )]
    Newer {
        /// The version of the tables.
        found: u32,
        /// How many steps this build has.
        known: u32,
    },
    /// A step that the object has taken is another one in this build.
    #[error(
        "migration {version} was `{applied}` when this object took it and is `{found}` now: put it back as it was, and \
         add a migration at the end"
    )]
    Edited {
        /// Which step, counted from 1.
        version: u32,
        /// Its name and checksum then.
        applied: String,
        /// Its name and checksum in this build.
        found: String,
    },
    /// Two steps have one name, or one has none.
    #[error("migration {version} needs a name of its own, not `{name}`")]
    Name {
        /// Which step, counted from 1.
        version: u32,
        /// Its name.
        name: &'static str,
    },
    /// A step failed; the object is as it was before it.
    #[error("migration `{name}` failed: {error}")]
    Failed {
        /// The step.
        name: &'static str,
        /// Why.
        error: StorageError,
    },
    /// The table of taken steps cannot be read or made.
    #[error("the table `schema_version`: {0}")]
    Bookkeeping(StorageError),
}

/// Nothing but the version was kept by earlier builds; the other columns are added to such a table.
const CREATE: &str = "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT, checksum TEXT) STRICT";
const SHAPE: &str = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'";
const WIDEN: &str =
    "ALTER TABLE schema_version ADD COLUMN name TEXT; ALTER TABLE schema_version ADD COLUMN checksum TEXT;";
const TAKEN: &str = "SELECT version, name, checksum FROM schema_version ORDER BY version";
const RECORD: &str = "INSERT INTO schema_version (version, name, checksum) VALUES (?1, ?2, ?3) \
                      ON CONFLICT (version) DO UPDATE SET name = excluded.name, checksum = excluded.checksum";

impl Migrations {
    /// No schema.
    pub const NONE: Self = Self(&[]);

    /// From the list.
    #[must_use]
    pub const fn new(steps: &'static [Migration]) -> Self {
        Self(steps)
    }

    /// Takes the steps that the object has not taken, each in a transaction of its own together with the record of it.
    /// An object whose `schema_version` has bare numbers, from before steps had names, goes on from there.
    ///
    /// # Errors
    /// [`MigrationError`]; steps before the one that failed stay taken.
    pub fn run(&self, storage: &Storage) -> Result<(), MigrationError> {
        self.check_names()?;
        let taken = storage.transaction(taken).map_err(MigrationError::Bookkeeping)?;
        let found = taken.iter().map(|step| step.version).max().unwrap_or(0);
        let known = self.0.len() as u32;
        if found > known {
            return Err(MigrationError::Newer { found, known });
        }
        for (version, step) in (1..).zip(self.0) {
            match taken.iter().find(|taken| taken.version == version) {
                Some(taken) => self.compare(storage, version, step, taken)?,
                // A version below one that was taken was taken too: earlier builds counted without gaps.
                None if version <= found => {}
                None => take(storage, version, step)?,
            }
        }
        Ok(())
    }

    fn check_names(&self) -> Result<(), MigrationError> {
        for (at, step) in self.0.iter().enumerate() {
            let again = self.0[..at].iter().any(|earlier| earlier.name == step.name);
            if again || step.name.is_empty() {
                return Err(MigrationError::Name { version: at as u32 + 1, name: step.name });
            }
        }
        Ok(())
    }

    fn compare(
        &self,
        storage: &Storage,
        version: u32,
        step: &Migration,
        taken: &Taken,
    ) -> Result<(), MigrationError> {
        let checksum = step.checksum();
        match (&taken.name, &taken.checksum) {
            (Some(name), Some(applied)) if *name == step.name && *applied == checksum => Ok(()),
            (Some(name), Some(applied)) => Err(MigrationError::Edited {
                version,
                applied: format!("{name} {applied}"),
                found: format!("{} {checksum}", step.name),
            }),
            // Taken before steps had names: from now on it is held to what it is.
            _ => record(storage, version, step).map_err(MigrationError::Bookkeeping),
        }
    }
}

#[derive(serde::Deserialize)]
struct Taken {
    version: u32,
    name: Option<String>,
    checksum: Option<String>,
}

fn taken(storage: &Storage) -> Result<Vec<Taken>, StorageError> {
    match storage.exec(SHAPE, &[])?.first::<String>()? {
        None => storage.script(CREATE)?,
        Some(shape) if !shape.contains("checksum") => storage.script(WIDEN)?,
        Some(_) => {}
    }
    storage.exec(TAKEN, &[])?.typed()
}

fn take(storage: &Storage, version: u32, step: &Migration) -> Result<(), MigrationError> {
    storage
        .transaction(|storage| {
            step.run(storage)?;
            record(storage, version, step)
        })
        .map_err(|error| MigrationError::Failed { name: step.name, error })
}

fn record(storage: &Storage, version: u32, step: &Migration) -> Result<(), StorageError> {
    storage.exec(RECORD, &crate::values![version, step.name, step.checksum()]).map(drop)
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
