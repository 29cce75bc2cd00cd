//! When keys were last used: noted behind the answer, and at most once in five minutes by one isolate.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use contracts::Timestamp;
use ids::{KeyId, TenantId};

/// For how long, in milliseconds, a use is not noted again.
const NOTED_MS: u64 = 5 * 60_000;
/// More keys than a busy isolate meets in that time. Reaching it forgets all of them, which costs a write each.
const MOST_KEYS: usize = 5_000;

/// A use to be noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsed {
    /// Whose key it is.
    pub tenant: TenantId,
    /// Which.
    pub key: KeyId,
    /// When it was used.
    pub at: Timestamp,
}

/// What this isolate has noted. A clone is the same.
#[derive(Debug, Clone, Default)]
pub struct LastUsed(Rc<RefCell<HashMap<KeyId, u64>>>);

impl LastUsed {
    /// The use, if it is to be noted.
    #[must_use]
    pub fn worth_noting(&self, used: KeyUsed) -> Option<KeyUsed> {
        let mut noted = self.0.borrow_mut();
        let now_ms = used.at.unix_ms();
        if noted.get(&used.key).is_some_and(|at_ms| now_ms.saturating_sub(*at_ms) < NOTED_MS) {
            return None;
        }
        if noted.len() >= MOST_KEYS {
            noted.clear();
        }
        noted.insert(used.key, now_ms);
        Some(used)
    }
}

/// What this isolate has noted, for the life of it.
#[must_use]
pub fn of_isolate() -> LastUsed {
    thread_local! {
        static NOTED: LastUsed = LastUsed::default();
    }
    NOTED.with(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_noted_once_in_five_minutes_and_each_for_itself() {
        let noted = LastUsed::default();
        let tenant = TenantId::from_parts(1, [1; 10]);
        let used = |key: u8, at_ms: u64| {
            let at = Timestamp::from_unix_ms(at_ms);
            noted.worth_noting(KeyUsed { tenant, key: KeyId::from_parts(1, [key; 10]), at }).is_some()
        };
        assert!(used(1, 1_000) && used(2, 1_000));
        assert!(!used(1, 300_999) && used(1, 301_000) && !used(1, 301_001));
        assert!(used(2, 301_001));
    }
}
