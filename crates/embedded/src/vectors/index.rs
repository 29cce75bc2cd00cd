//! A tenant's vectors over numbered slabs: put, remove, search, and which slabs to write back.

use std::collections::{BTreeMap, BTreeSet, HashMap, btree_map, hash_map::Entry};

use thiserror::Error;

use super::{Key, QuantizedQuery, Ranking, Slab, SlabError, VectorError, top_k::TopK};

/// Rows by key, spread over slabs of a limited size.
///
/// Meant to be held in memory by the one object that owns a tenant's vectors, and written through: after a change,
/// store the blob of every slab in [`take_changed`](Self::take_changed). The smaller the slabs, the fewer bytes a
/// change writes; the larger, the fewer records a start reads. 256 KiB holds 1,170 rows of 192 numbers.
#[derive(Debug)]
pub struct VectorIndex {
    dimensions: usize,
    rows_per_slab: usize,
    slabs: BTreeMap<u32, Slab>,
    /// Where each key's row is: the slab, and the row in it.
    places: HashMap<Key, (u32, usize)>,
    changed: BTreeSet<u32>,
}

impl VectorIndex {
    /// An empty index for vectors of so many numbers, in slabs of at most `slab_bytes`. Keep that below the largest
    /// record of the store: 2 MB in a SQLite Durable Object.
    ///
    /// # Errors
    /// [`IndexError::Vector`] when no vector has so many numbers, [`IndexError::SlabTooSmall`] when not even one row
    /// fits.
    pub fn new(dimensions: usize, slab_bytes: usize) -> Result<Self, IndexError> {
        Slab::new(dimensions)?;
        let rows_per_slab = Slab::capacity(dimensions, slab_bytes);
        if rows_per_slab == 0 {
            return Err(IndexError::SlabTooSmall { slab_bytes });
        }
        let (slabs, places, changed) = Default::default();
        Ok(Self { dimensions, rows_per_slab, slabs, places, changed })
    }

    /// Takes a stored slab back under the number it was stored with.
    ///
    /// # Errors
    /// [`IndexError::Slab`] when the blob is not a slab, [`IndexError::Dimensions`] when its rows are another model's,
    /// [`IndexError::Repeated`] when its number or one of its keys is in the index already. The index is then as it
    /// was before the call.
    pub fn load(&mut self, number: u32, bytes: Vec<u8>) -> Result<(), IndexError> {
        let slab = Slab::from_bytes(bytes).map_err(|source| IndexError::Slab { number, source })?;
        if slab.dimensions() != self.dimensions {
            let (expected, found) = (self.dimensions, slab.dimensions());
            return Err(IndexError::Dimensions { number, expected, found });
        }
        let mut keys = HashMap::with_capacity(slab.len());
        let fresh = slab.iter().enumerate().all(|(at, (key, _))| {
            keys.insert(key, (number, at)).is_none() && !self.places.contains_key(&key)
        });
        if !fresh || self.slabs.contains_key(&number) {
            return Err(IndexError::Repeated { number });
        }
        self.places.extend(keys);
        self.slabs.insert(number, slab);
        Ok(())
    }

    /// Adds a vector, or puts it in the place of the one with the same key.
    ///
    /// # Errors
    /// [`IndexError::Vector`] when it has another number of dimensions, or a number that is not finite; nothing has
    /// changed then.
    pub fn upsert(&mut self, key: Key, vector: &[f32]) -> Result<(), IndexError> {
        let free =
            self.slabs.iter().find(|(_, slab)| slab.len() < self.rows_per_slab).map(|(&number, _)| number);
        let number = match self.places.entry(key) {
            Entry::Occupied(place) => {
                let &(number, at) = place.get();
                if let Some(slab) = self.slabs.get_mut(&number) {
                    slab.replace(at, key, vector)?;
                }
                number
            }
            Entry::Vacant(place) => {
                let number = free.unwrap_or_else(|| self.slabs.keys().next_back().map_or(0, |last| last + 1));
                let at = match self.slabs.entry(number) {
                    btree_map::Entry::Occupied(slab) => {
                        let slab = slab.into_mut();
                        slab.push(key, vector)?;
                        slab.len() - 1
                    }
                    btree_map::Entry::Vacant(new) => {
                        let mut slab = Slab::new(self.dimensions)?;
                        slab.push(key, vector)?;
                        new.insert(slab);
                        0
                    }
                };
                place.insert((number, at));
                number
            }
        };
        self.changed.insert(number);
        Ok(())
    }

    /// Removes the vector with this key; `false` when there is none.
    pub fn remove(&mut self, key: &Key) -> bool {
        let Some((number, at)) = self.places.remove(key) else { return false };
        if let Some(slab) = self.slabs.get_mut(&number) {
            if let Some(moved) = slab.swap_remove(at) {
                self.places.insert(moved, (number, at));
            }
            if slab.is_empty() {
                self.slabs.remove(&number);
            }
        }
        self.changed.insert(number);
        true
    }

    /// The best `k` rows whose key passes `keep` and whose score reaches `min_score`.
    ///
    /// # Errors
    /// [`IndexError::Vector`] when the query has another number of dimensions than the index.
    pub fn search(
        &self,
        query: &QuantizedQuery,
        k: usize,
        min_score: f32,
        mut keep: impl FnMut(&Key) -> bool,
    ) -> Result<Ranking<Key>, IndexError> {
        if query.dimensions() != self.dimensions {
            return Err(VectorError::Dimensions { found: query.dimensions() }.into());
        }
        let mut best = TopK::new(k, min_score);
        self.slabs.values().for_each(|slab| slab.search(query, &mut keep, &mut best));
        Ok(best.into_ranking())
    }

    /// The numbers of the slabs that changed since the last call, ascending. Store the blob of each, or delete the
    /// record of one that has [none](Self::slab_bytes) any more.
    pub fn take_changed(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.changed).into_iter().collect()
    }

    /// The blob of a slab; `None` when it does not exist or lost its last row.
    pub fn slab_bytes(&self, number: u32) -> Option<&[u8]> {
        self.slabs.get(&number).map(Slab::as_bytes)
    }

    /// Whether there is a vector with this key.
    pub fn contains(&self, key: &Key) -> bool {
        self.places.contains_key(key)
    }

    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are no vectors.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

/// Why an index refused a slab, a vector or a query.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexError {
    /// A vector that cannot be stored or searched for here.
    #[error("vector does not fit the index; embed it with the model of the index")]
    Vector(#[from] VectorError),
    /// A stored slab that cannot be read.
    #[error("slab {number} cannot be read; rebuild the index from its texts")]
    Slab {
        /// The slab's number.
        number: u32,
        /// What is wrong with it.
        source: SlabError,
    },
    /// A stored slab of another model.
    #[error(
        "slab {number} has rows of {found} numbers in place of {expected}; rebuild the index with the current model"
    )]
    Dimensions {
        /// The slab's number.
        number: u32,
        /// Numbers a row of the index has.
        expected: usize,
        /// Numbers a row of the slab has.
        found: usize,
    },
    /// A slab whose number or one of whose keys is there already.
    #[error("slab {number} repeats a key or a number of the index; load each stored slab once")]
    Repeated {
        /// The slab's number.
        number: u32,
    },
    /// Slabs too small for a single row.
    #[error("slabs of {slab_bytes} bytes hold no row; allow more bytes")]
    SlabTooSmall {
        /// The bytes allowed for a slab.
        slab_bytes: usize,
    },
}
