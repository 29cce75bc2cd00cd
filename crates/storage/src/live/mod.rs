//! The log of a tenant's live feed in the SQLite of its Durable Object.

use app::ports::{LiveBounds, LiveEntry, LiveStore, StoreError};
use contracts::Timestamp;
use contracts::pipeline::live::{NewEntry, TicketHolder};
use ids::EventId;
use mesh::durable::{Migration, Migrations, Storage, StorageError};
use mesh::values;
use serde::Deserialize;

/// The schema of a feed. Append-only: an object may be at any of these.
pub const LIVE_FEED: Migrations =
    Migrations::new(&[Migration::sql("0001_initial", include_str!("0001_initial.sql"))]);

/// What errors call the database.
const NAME: &str = "LIVE_FEED";

/// [`LiveStore`] over the database of one object.
#[derive(Debug, Clone)]
pub struct SqlLiveStore {
    storage: Storage,
}

#[derive(Deserialize)]
struct EntryRow {
    seq: u64,
    key: String,
    kind: String,
    signal_kind: Option<String>,
    account: Option<String>,
    data: String,
    at: Timestamp,
}

impl SqlLiveStore {
    /// Over a database that has taken the steps of [`LIVE_FEED`].
    #[must_use]
    pub fn new(storage: Storage) -> Self {
        Self { storage }
    }
}

impl LiveStore for SqlLiveStore {
    fn append(&self, entries: &[NewEntry], at: Timestamp) -> Result<u32, StoreError> {
        const INSERT: &str = "INSERT INTO entries (key, kind, signal_kind, account, data, at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (key) DO NOTHING RETURNING seq";
        let all = |storage: &Storage| {
            entries.iter().try_fold(0, |added, entry| {
                let NewEntry { key, kind, signal_kind, account, data } = entry;
                let at = at.unix_ms() as i64;
                let values = values![key, kind, signal_kind.as_ref(), account.as_ref(), data, at];
                let inserted = storage.exec(INSERT, &values)?;
                Ok::<u32, StorageError>(added + u32::from(!inserted.is_empty()))
            })
        };
        self.storage.transaction(all).map_err(broken)
    }

    fn after(&self, seq: u64, limit: u32) -> Result<Vec<LiveEntry>, StoreError> {
        const SELECT: &str = "SELECT seq, key, kind, signal_kind, account, data, at FROM entries
            WHERE seq > ?1 ORDER BY seq LIMIT ?2";
        let rows = self.storage.exec(SELECT, &values![seq as i64, limit]).map_err(broken)?;
        let rows = rows.typed::<EntryRow>().map_err(broken)?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let EntryRow { seq, key, kind, signal_kind, account, data, at } = row;
                LiveEntry { seq, at, entry: NewEntry { key, kind, signal_kind, account, data } }
            })
            .collect())
    }

    fn bounds(&self, epoch: &str) -> Result<LiveBounds, StoreError> {
        const KEEP: &str = "INSERT INTO log (one, epoch) VALUES (1, ?1) ON CONFLICT (one) DO NOTHING";
        const SELECT: &str = "SELECT (SELECT epoch FROM log) AS epoch,
            coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'entries'), 0) AS newest,
            (SELECT min(seq) FROM entries) AS oldest";
        #[derive(Deserialize)]
        struct Row {
            epoch: Option<String>,
            newest: u64,
            oldest: Option<u64>,
        }
        let read = || self.storage.exec(SELECT, &[]).and_then(|rows| rows.one::<Row>()).map_err(broken);
        let mut row = read()?;
        if row.epoch.is_none() {
            self.storage.exec(KEEP, &values![epoch]).map_err(broken)?;
            row = read()?;
        }
        let Row { epoch, newest, oldest } = row;
        Ok(LiveBounds { epoch: epoch.unwrap_or_default(), oldest: oldest.unwrap_or(newest + 1), newest })
    }

    fn prune(&self, before: Timestamp, most: u32) -> Result<(), StoreError> {
        const DELETE: &str = "DELETE FROM entries WHERE at < ?1
            OR seq <= coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'entries'), 0) - ?2";
        self.storage.exec(DELETE, &values![before.unix_ms() as i64, most]).map(drop).map_err(broken)
    }

    fn count(&self, event_ids: Option<&[EventId]>) -> Result<u32, StoreError> {
        const OF_EVENTS: &str = "SELECT count(*) FROM entries
            WHERE EXISTS (SELECT 1 FROM json_each(?1) WHERE instr(entries.key || entries.data, value) > 0)";
        const ALL: &str = "SELECT count(*) FROM entries";
        let counted = match event_ids {
            Some(event_ids) => self.storage.exec(OF_EVENTS, &values![json(event_ids)?]),
            None => self.storage.exec(ALL, &[]),
        };
        counted.and_then(|rows| rows.one::<u32>()).map_err(broken)
    }

    fn forget(&self, event_ids: Option<&[EventId]>) -> Result<u32, StoreError> {
        // What an entry tells of stands in its key or in what it says; an event's id is in nothing else.
        const OF_EVENTS: &str = "DELETE FROM entries
            WHERE EXISTS (SELECT 1 FROM json_each(?1) WHERE instr(entries.key || entries.data, value) > 0)";
        let count = self.count(event_ids)?;
        let forgotten = match event_ids {
            Some(event_ids) => self.storage.exec(OF_EVENTS, &values![json(event_ids)?]).map(drop),
            None => self.storage.transaction(|storage| {
                storage.exec("DELETE FROM entries", &[])?;
                storage.exec("DELETE FROM tickets", &[]).map(drop)
            }),
        };
        forgotten.map(|()| count).map_err(broken)
    }

    fn put_ticket(&self, hash: &str, holder: &TicketHolder, expires_at: Timestamp) -> Result<(), StoreError> {
        const INSERT: &str = "INSERT INTO tickets (hash, key_prefix, expires_at) VALUES (?1, ?2, ?3)";
        let values = values![hash, &holder.key_prefix, expires_at.unix_ms() as i64];
        self.storage.exec(INSERT, &values).map(drop).map_err(broken)
    }

    fn take_ticket(&self, hash: &str, now: Timestamp) -> Result<Option<TicketHolder>, StoreError> {
        const FORGET: &str = "DELETE FROM tickets WHERE expires_at <= ?1";
        const TAKE: &str = "DELETE FROM tickets WHERE hash = ?1 RETURNING key_prefix";
        self.storage.exec(FORGET, &values![now.unix_ms() as i64]).map_err(broken)?;
        let taken = self.storage.exec(TAKE, &values![hash]).map_err(broken)?;
        let prefix = taken.first::<String>().map_err(broken)?;
        Ok(prefix.map(|key_prefix| TicketHolder { key_prefix }))
    }
}

fn json(event_ids: &[EventId]) -> Result<String, StoreError> {
    serde_json::to_string(event_ids).map_err(broken)
}

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::new(NAME, error)
}

#[cfg(test)]
mod tests;
