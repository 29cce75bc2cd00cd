//! Slabs of vectors that are kept in memory, for all objects of an isolate together.
//!
//! Objects share their isolate's 128 MB, so they share one bound. A search reads every slab of its tenant, for which
//! "least recently used" would throw out each slab just before it is needed again. So an object never displaces its
//! own slabs: what does not fit is read from SQLite at each search. It displaces those of the object that has searched
//! least recently.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use embedded::vectors::Slab;

/// The most that all slabs in memory may take: two tenants of 100,000 vectors of 192 numbers, and less than half of
/// what an isolate may use.
const MAX_BYTES: usize = 48 * 1024 * 1024;

thread_local! {
    static SLABS: RefCell<Shared> = RefCell::new(Shared::with_room_for(MAX_BYTES));
}

/// One object's part of the cache.
#[derive(Debug)]
pub(super) struct SlabCache(u64);

impl SlabCache {
    pub(super) fn new() -> Self {
        Self(SLABS.with_borrow_mut(Shared::join))
    }

    /// Says that this object searches now.
    pub(super) fn touch(&self) {
        SLABS.with_borrow_mut(|shared| shared.touch(self.0));
    }

    pub(super) fn get(&self, number: u32) -> Option<Rc<Slab>> {
        SLABS.with_borrow(|shared| shared.owners.get(&self.0)?.slabs.get(&number).cloned())
    }

    /// Keeps a slab if there is room, in place of what it was before.
    pub(super) fn keep(&self, number: u32, slab: Rc<Slab>) {
        SLABS.with_borrow_mut(|shared| shared.keep(self.0, number, slab));
    }

    pub(super) fn forget(&self, number: u32) {
        SLABS.with_borrow_mut(|shared| shared.forget(self.0, number));
    }
}

impl Drop for SlabCache {
    fn drop(&mut self) {
        // At the end of a thread the cache may be gone before its users.
        let _ = SLABS.try_with(|shared| shared.borrow_mut().leave(self.0));
    }
}

#[derive(Debug, Default)]
struct Shared {
    max_bytes: usize,
    bytes: usize,
    /// Counts up; what an owner was touched at orders owners by time.
    now: u64,
    owners: BTreeMap<u64, Owner>,
}

#[derive(Debug, Default)]
struct Owner {
    touched: u64,
    slabs: BTreeMap<u32, Rc<Slab>>,
}

impl Shared {
    fn with_room_for(max_bytes: usize) -> Self {
        Self { max_bytes, ..Self::default() }
    }

    fn join(&mut self) -> u64 {
        self.now += 1;
        self.owners.insert(self.now, Owner { touched: self.now, slabs: BTreeMap::new() });
        self.now
    }

    fn leave(&mut self, owner: u64) {
        if let Some(left) = self.owners.remove(&owner) {
            self.bytes -= left.slabs.values().map(|slab| slab.as_bytes().len()).sum::<usize>();
        }
    }

    fn touch(&mut self, owner: u64) {
        self.now += 1;
        if let Some(owner) = self.owners.get_mut(&owner) {
            owner.touched = self.now;
        }
    }

    fn keep(&mut self, owner: u64, number: u32, slab: Rc<Slab>) {
        self.forget(owner, number);
        let needed = slab.as_bytes().len();
        while self.bytes + needed > self.max_bytes {
            let others = self.owners.iter().filter(|(id, other)| **id != owner && !other.slabs.is_empty());
            let Some(idle) = others.min_by_key(|(_, other)| other.touched).map(|(id, _)| *id) else { return };
            let Some(first) = self.owners.get(&idle).and_then(|idle| idle.slabs.keys().next().copied())
            else {
                return;
            };
            self.forget(idle, first);
        }
        if let Some(owner) = self.owners.get_mut(&owner) {
            self.bytes += needed;
            owner.slabs.insert(number, slab);
        }
    }

    fn forget(&mut self, owner: u64, number: u32) {
        if let Some(slab) = self.owners.get_mut(&owner).and_then(|owner| owner.slabs.remove(&number)) {
            self.bytes -= slab.as_bytes().len();
        }
    }
}

#[cfg(test)]
mod tests {
    use embedded::vectors::Facts;

    use super::*;

    fn slab() -> Rc<Slab> {
        let mut slab = Slab::new(2).unwrap();
        slab.push([0; 16], Facts::default(), &[1.0, 0.0]).unwrap();
        Rc::new(slab)
    }

    fn kept(shared: &Shared, owner: u64) -> Vec<u32> {
        shared.owners.get(&owner).map(|owner| owner.slabs.keys().copied().collect()).unwrap_or_default()
    }

    #[test]
    fn an_object_displaces_the_idlest_other_and_never_itself() {
        let size = slab().as_bytes().len();
        let mut shared = Shared::with_room_for(3 * size + size / 2);
        let (idle, busy, new) = (shared.join(), shared.join(), shared.join());
        shared.keep(idle, 1, slab());
        shared.keep(busy, 1, slab());
        shared.touch(idle);
        shared.touch(busy);
        for number in 1..=5 {
            shared.keep(new, number, slab());
        }
        assert_eq!((kept(&shared, idle), kept(&shared, busy)), (vec![], vec![]));
        assert_eq!(kept(&shared, new), [1, 2, 3], "the rest is read at each search");
        assert_eq!(shared.bytes, 3 * size);
        shared.keep(busy, 9, slab());
        assert_eq!((kept(&shared, busy), kept(&shared, new)), (vec![9], vec![2, 3]));
    }

    #[test]
    fn what_leaves_or_is_replaced_takes_no_room() {
        let mut shared = Shared::with_room_for(1_000);
        let owner = shared.join();
        shared.keep(owner, 1, slab());
        shared.keep(owner, 1, slab());
        assert_eq!(shared.bytes, slab().as_bytes().len());
        shared.forget(owner, 1);
        shared.forget(owner, 1);
        assert_eq!(shared.bytes, 0);
        shared.keep(owner, 2, slab());
        shared.leave(owner);
        assert_eq!((shared.bytes, shared.owners.len()), (0, 0));
        shared.keep(owner, 3, slab());
        assert_eq!(shared.bytes, 0, "an owner that has left keeps nothing");
    }

    #[test]
    fn a_slab_that_does_not_fit_at_all_is_not_kept() {
        let mut shared = Shared::with_room_for(10);
        let owner = shared.join();
        shared.keep(owner, 1, slab());
        assert_eq!(shared.bytes, 0);
    }
}
