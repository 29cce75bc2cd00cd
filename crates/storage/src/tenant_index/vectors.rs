//! The vectors of an index: one [`VectorIndex`] a kind, held in memory and written through.

use contracts::pipeline::HitKind;
use contracts::pipeline::tenant_index::IndexError;
use embedded::vectors::{Key, QuantizedQuery, VectorIndex};
use mesh::Bytes;
use mesh::durable::Storage;
use mesh::values;

use super::texts::kind_name;
use super::{invalid, storage};

/// Bytes of a slab: some 300 vectors, so that one call's few dozen rewrite little.
const SLAB_BYTES: usize = 64 * 1024;

/// A lower cosine than this is no likeness.
const MIN_COSINE: f32 = 0.15;

pub(super) struct VectorTable {
    storage: Storage,
    passages: VectorIndex,
    signals: VectorIndex,
}

/// The key of an id: the 16 bytes behind its prefix.
pub(super) fn key(id: &str) -> Option<Key> {
    let digits = id.get(id.len().checked_sub(32)?..)?;
    u128::from_str_radix(digits, 16).ok().map(u128::to_be_bytes)
}

fn id(kind: HitKind, key: Key) -> String {
    let prefix = match kind {
        HitKind::Passage => ids::ChunkId::PREFIX,
        HitKind::Signal => ids::SignalId::PREFIX,
    };
    format!("{prefix}_{:032x}", u128::from_be_bytes(key))
}

impl VectorTable {
    pub(super) fn open(database: Storage, dimensions: usize) -> Result<Self, IndexError> {
        let passages = VectorIndex::new(dimensions, SLAB_BYTES).map_err(storage)?;
        let signals = VectorIndex::new(dimensions, SLAB_BYTES).map_err(storage)?;
        let slabs = database.exec("SELECT kind, number, bytes FROM slabs", &[]).map_err(storage)?;
        let slabs: Vec<(String, u32, Bytes)> = slabs.typed().map_err(storage)?;
        let mut table = Self { storage: database, passages, signals };
        for (kind, number, Bytes(bytes)) in slabs {
            let kind = if kind == kind_name(HitKind::Signal) { HitKind::Signal } else { HitKind::Passage };
            table.of_mut(kind).load(number, bytes).map_err(storage)?;
        }
        Ok(table)
    }

    /// Adds a vector in memory. An empty one, of a text without known words, is left out.
    pub(super) fn put(&mut self, kind: HitKind, key: Key, vector: &[f32]) -> Result<(), IndexError> {
        if vector.is_empty() {
            self.of_mut(kind).remove(&key);
            return Ok(());
        }
        self.of_mut(kind).upsert(key, vector).map_err(|error| invalid(error.to_string()))
    }

    /// Stores what has changed.
    pub(super) fn write_through(&mut self) -> Result<(), IndexError> {
        for kind in [HitKind::Passage, HitKind::Signal] {
            for number in self.of_mut(kind).take_changed() {
                let written = match self.of(kind).slab_bytes(number) {
                    Some(bytes) => self.storage.exec(
                        "INSERT OR REPLACE INTO slabs (kind, number, bytes) VALUES (?, ?, ?)",
                        &values![kind_name(kind), number, bytes],
                    ),
                    None => self.storage.exec(
                        "DELETE FROM slabs WHERE kind = ? AND number = ?",
                        &values![kind_name(kind), number],
                    ),
                };
                written.map_err(storage)?;
            }
        }
        Ok(())
    }

    /// Ids with their cosine, best first.
    pub(super) fn search(
        &self,
        vector: &[f32],
        kind: Option<HitKind>,
        limit: usize,
    ) -> Result<Vec<(String, f32)>, IndexError> {
        if vector.is_empty() {
            return Ok(Vec::new());
        }
        let query = QuantizedQuery::new(vector).map_err(|error| invalid(error.to_string()))?;
        let mut hits = Vec::new();
        for kind in kind.map_or(vec![HitKind::Passage, HitKind::Signal], |kind| vec![kind]) {
            let ranking = self.of(kind).search(&query, limit, MIN_COSINE, |_| true).map_err(storage)?;
            hits.extend(ranking.hits.into_iter().map(|hit| (id(kind, hit.id), hit.score)));
        }
        hits.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        hits.truncate(limit);
        Ok(hits)
    }

    fn of(&self, kind: HitKind) -> &VectorIndex {
        match kind {
            HitKind::Passage => &self.passages,
            HitKind::Signal => &self.signals,
        }
    }

    fn of_mut(&mut self, kind: HitKind) -> &mut VectorIndex {
        match kind {
            HitKind::Passage => &mut self.passages,
            HitKind::Signal => &mut self.signals,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_and_its_key_are_inverse() {
        let text = ids::ChunkId::from_parts(1_763_800_000_000, [3; 10]).to_string();
        assert_eq!(id(HitKind::Passage, key(&text).unwrap()), text);
        assert_eq!(key("short"), None);
    }
}
