//! What an isolate remembers from one request to the next.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// More entries than a busy isolate meets in a minute. Reaching it forgets all of them, which costs a read of KV each.
const MOST_ENTRIES: usize = 1_000;

/// Texts in an isolate's memory. A clone is the same memory.
#[derive(Clone, Default)]
pub struct IsolateCache(Rc<RefCell<HashMap<String, String>>>);

impl IsolateCache {
    pub(super) fn get(&self, key: &str) -> Option<String> {
        self.0.borrow().get(key).cloned()
    }

    pub(super) fn put(&self, key: &str, text: String) {
        let mut texts = self.0.borrow_mut();
        if texts.len() >= MOST_ENTRIES && !texts.contains_key(key) {
            texts.clear();
        }
        texts.insert(key.to_owned(), text);
    }
}

// Entries hold secrets.
impl std::fmt::Debug for IsolateCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IsolateCache({} entries)", self.0.borrow().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_bounded_and_shows_nothing() {
        let cache = IsolateCache::default();
        for n in 0..=MOST_ENTRIES {
            cache.put(&n.to_string(), "secret".into());
            cache.put(&n.to_string(), "secret, again".into());
        }
        assert_eq!(format!("{cache:?}"), "IsolateCache(1 entries)");
        assert_eq!(cache.get(&MOST_ENTRIES.to_string()).as_deref(), Some("secret, again"));
        assert_eq!(cache.get("0"), None);
    }
}
