//! The archive in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{Archive, ArchivedObject, StoreError};
use async_trait::async_trait;

use crate::Faults;

const STORE: &str = "MEMORY_ARCHIVE";

/// Objects in memory. Operations for [`Faults`]: `archive.put` and `archive.get`.
#[derive(Debug, Clone, Default)]
pub struct MemoryArchive {
    faults: Faults,
    objects: Rc<RefCell<BTreeMap<String, ArchivedObject>>>,
}

impl MemoryArchive {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }

    /// The keys of all objects, sorted.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.objects.borrow().keys().cloned().collect()
    }

    /// Takes an object away, as a mistake or a lost disk would.
    pub fn remove(&self, key: &str) {
        self.objects.borrow_mut().remove(key);
    }
}

#[async_trait(?Send)]
impl Archive for MemoryArchive {
    async fn put(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<(), StoreError> {
        let object = ArchivedObject { media_type: media_type.to_owned(), body };
        let act = || {
            self.objects.borrow_mut().insert(key.to_owned(), object);
            Ok(())
        };
        self.faults.around(STORE, "archive.put", act).await
    }

    async fn get(&self, key: &str) -> Result<Option<ArchivedObject>, StoreError> {
        self.faults.around(STORE, "archive.get", || Ok(self.objects.borrow().get(key).cloned())).await
    }
}
