//! The pages of one house's book: a Durable Object.

use async_trait::async_trait;
use guestbook_contract::{Call, Closed, Entry, Sign, SignError};
use mesh::durable::{
    DurableObject, Migration, Migrations, ObjectContext, StartError, Storage, StorageError, values,
};

/// What the object of each house is called.
pub const PAGES: &str = "pages";
/// The most characters that an entry has.
const MAX_CHARACTERS: usize = 280;

/// Grows at its end only: a step that has run somewhere never changes.
const MIGRATIONS: Migrations = Migrations::new(&[Migration::sql(
    "0001_entries",
    "CREATE TABLE entries (
         number INTEGER PRIMARY KEY,
         guest TEXT NOT NULL,
         text TEXT NOT NULL,
         on_view INTEGER NOT NULL DEFAULT 0
     ) STRICT;",
)]);

/// The pages of one house's book. Only this Worker calls them.
#[mesh::service]
pub trait Pages {
    /// Writes an entry, which is not on view yet.
    async fn write(&self, context: &Call, request: Sign) -> Result<Entry, SignError>;
    /// Puts an entry on view.
    #[mesh(idempotent)]
    async fn show(&self, context: &Call, number: u64) -> Result<(), Closed>;
    /// Tears an entry out that is not on view.
    #[mesh(idempotent)]
    async fn tear_out(&self, context: &Call, number: u64) -> Result<(), Closed>;
    /// The entries on view, oldest first.
    #[mesh(idempotent)]
    async fn read(&self, context: &Call, request: ()) -> Result<Vec<Entry>, Closed>;
}

/// The object.
#[mesh::durable(service = Pages, migrations = MIGRATIONS, class = "Pages")]
pub struct PagesObject {
    storage: Storage,
}

#[async_trait(?Send)]
impl DurableObject for PagesObject {
    async fn start(context: ObjectContext) -> Result<Self, StartError> {
        Ok(Self { storage: context.storage })
    }
}

#[async_trait(?Send)]
impl Pages for PagesObject {
    async fn write(&self, context: &Call, Sign { text }: Sign) -> Result<Entry, SignError> {
        let length = text.chars().count();
        if length == 0 || length > MAX_CHARACTERS {
            return Err(SignError::BadLength { length: length as u64 });
        }
        let guest = context.scope.guest.clone();
        let sql = "INSERT INTO entries (guest, text) VALUES (?1, ?2) RETURNING number";
        let written = self.storage.exec(sql, &values![&guest, &text]).and_then(|rows| rows.one());
        let number = written.map_err(|error| SignError::Closed { reason: error.to_string() })?;
        Ok(Entry { number, guest, text })
    }

    async fn show(&self, _context: &Call, number: u64) -> Result<(), Closed> {
        let sql = "UPDATE entries SET on_view = 1 WHERE number = ?1";
        self.storage.exec(sql, &values![number]).map(drop).map_err(closed)
    }

    async fn tear_out(&self, _context: &Call, number: u64) -> Result<(), Closed> {
        let sql = "DELETE FROM entries WHERE number = ?1 AND on_view = 0";
        self.storage.exec(sql, &values![number]).map(drop).map_err(closed)
    }

    async fn read(&self, _context: &Call, _request: ()) -> Result<Vec<Entry>, Closed> {
        let sql = "SELECT number, guest, text FROM entries WHERE on_view = 1 ORDER BY number";
        self.storage.exec(sql, &[]).and_then(|rows| rows.typed()).map_err(closed)
    }
}

fn closed(error: StorageError) -> Closed {
    Closed(error.to_string())
}
