//! The archive in memory.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{Archive, ArchivedObject, ListedObject, MOST_OBJECTS, ObjectVersion, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;

use crate::Faults;

const STORE: &str = "MEMORY_ARCHIVE";

/// Objects in memory. Operations for [`Faults`]: `archive.` and the method's name.
#[derive(Debug, Clone, Default)]
pub struct MemoryArchive {
    faults: Faults,
    objects: Rc<RefCell<BTreeMap<String, Stored>>>,
    now: Rc<Cell<u64>>,
    writes: Rc<Cell<u64>>,
}

#[derive(Debug, Clone)]
struct Stored {
    object: ArchivedObject,
    version: ObjectVersion,
    stored_at: Timestamp,
}

impl MemoryArchive {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }

    /// The same objects, failing as planned there.
    #[must_use]
    pub fn failing(&self, faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..self.clone() }
    }

    /// Sets when objects are stored that are stored from now on, in Unix milliseconds; 0 before.
    pub fn set_now(&self, unix_ms: u64) {
        self.now.set(unix_ms);
    }

    fn store(&self, key: &str, object: ArchivedObject) {
        self.writes.set(self.writes.get() + 1);
        let version = ObjectVersion(format!("v{}", self.writes.get()));
        let stored = Stored { object, version, stored_at: Timestamp::from_unix_ms(self.now.get()) };
        self.objects.borrow_mut().insert(key.to_owned(), stored);
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
            self.store(key, object);
            Ok(())
        };
        self.faults.around(STORE, "archive.put", act).await
    }

    async fn put_if(
        &self,
        key: &str,
        media_type: &str,
        body: Vec<u8>,
        seen: Option<&ObjectVersion>,
    ) -> Result<bool, StoreError> {
        let object = ArchivedObject { media_type: media_type.to_owned(), body };
        let act = || {
            let same = self.objects.borrow().get(key).map(|stored| &stored.version) == seen;
            if same {
                self.store(key, object);
            }
            Ok(same)
        };
        self.faults.around(STORE, "archive.put_if", act).await
    }

    async fn get(&self, key: &str) -> Result<Option<ArchivedObject>, StoreError> {
        let act = || Ok(self.objects.borrow().get(key).map(|stored| stored.object.clone()));
        self.faults.around(STORE, "archive.get", act).await
    }

    async fn version(&self, key: &str) -> Result<Option<ObjectVersion>, StoreError> {
        let act = || Ok(self.objects.borrow().get(key).map(|stored| stored.version.clone()));
        self.faults.around(STORE, "archive.version", act).await
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        let act = || {
            if keys.len() > MOST_OBJECTS as usize {
                let message = format!("{} keys at once; at most {MOST_OBJECTS} are taken", keys.len());
                return Err(StoreError::new(STORE, message));
            }
            self.objects.borrow_mut().retain(|key, _| !keys.contains(key));
            Ok(())
        };
        self.faults.around(STORE, "archive.delete", act).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ListedObject>, StoreError> {
        let act = || {
            let objects = self.objects.borrow();
            let listed = objects
                .iter()
                .filter(|(key, _)| key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after))
                .map(|(key, stored)| ListedObject { key: key.clone(), stored_at: stored.stored_at });
            Ok(listed.take(limit.min(MOST_OBJECTS) as usize).collect())
        };
        self.faults.around(STORE, "archive.list", act).await
    }
}
