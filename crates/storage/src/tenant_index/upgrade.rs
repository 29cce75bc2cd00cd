//! The step from an index whose words were text and whose vectors had no facts. Nothing is embedded again.

use std::collections::HashMap;

use app::pipeline::account_key;
use embedded::vectors::{Facts, Slab};
use embedded::words::indexed;
use ids::EventId;
use mesh::Bytes;
use mesh::durable::{Storage, StorageError};
use mesh::values;

use super::keys::key;

/// Texts read at once.
const PORTION: u32 = 200;

/// Fills the tables that `0002_facts` made from those that were there before.
pub(super) fn fill(storage: &Storage) -> Result<(), StorageError> {
    let mut known = HashMap::new();
    let mut after = 0_u64;
    loop {
        let sql = "SELECT rowid, id, kind, event_id, account, text FROM texts WHERE rowid > ? ORDER BY rowid LIMIT ?";
        let rows: Vec<(u64, String, String, String, Option<String>, String)> =
            storage.exec(sql, &values![after, PORTION])?.typed()?;
        if rows.is_empty() {
            break;
        }
        for (rowid, id, kind, event_id, account, text) in rows {
            after = rowid;
            let account = account.map(|account| account_key(&account));
            // Nobody kept when the event happened; its id has when it came.
            let occurred_ms =
                event_id.parse().map(|event_id: EventId| event_id.unix_ms()).unwrap_or_default();
            let sql = "UPDATE texts SET account_key = ?, occurred_ms = ? WHERE rowid = ?";
            storage.exec(sql, &values![account.clone(), occurred_ms, rowid])?;
            let title = account.as_deref().map(indexed).unwrap_or_default();
            let sql = "INSERT INTO words (rowid, text, title) VALUES (?, ?, ?)";
            storage.exec(sql, &values![rowid, indexed(&text), title])?;
            if let Some(key) = key(&id) {
                let facts = Facts {
                    kind: u8::from(kind == super::texts::SIGNAL),
                    account: account.as_deref().map(Facts::hash).unwrap_or_default(),
                    source: 0,
                    event: Facts::hash(&event_id),
                    occurred_s: u32::try_from(occurred_ms / 1_000).unwrap_or_default(),
                };
                known.insert(key, (facts, event_id));
            }
        }
    }
    let old: Vec<(String, u32)> =
        storage.exec("SELECT kind, number FROM slabs ORDER BY kind, number", &[])?.typed()?;
    for (number, (kind, old_number)) in (0_u32..).zip(old) {
        let sql = "SELECT bytes FROM slabs WHERE kind = ? AND number = ?";
        let Bytes(bytes) = storage.exec(sql, &values![kind, old_number])?.one()?;
        let upgraded = Slab::upgraded(&bytes, |key| known.get(key).map(|(facts, _)| *facts));
        // A damaged slab held nothing that a search could read; its texts are found by their words.
        let Ok(slab) = upgraded else { continue };
        for (key, _) in slab.iter() {
            if let Some((_, event_id)) = known.get(&key) {
                let sql = "INSERT OR REPLACE INTO vectors (key, event_id, slab) VALUES (?, ?, ?)";
                storage.exec(sql, &values![&key[..], event_id, number])?;
            }
        }
        if !slab.is_empty() {
            let sql = "INSERT INTO vector_slabs (number, rows, bytes) VALUES (?, ?, ?)";
            storage.exec(sql, &values![number, slab.len(), slab.as_bytes()])?;
        }
    }
    storage.script("DROP TABLE slabs;")
}
