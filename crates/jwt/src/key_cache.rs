//! Keeping an issuer's keys between requests: when the kept set serves, and when it is fetched again.

use std::cell::RefCell;
use std::rc::Rc;

use async_trait::async_trait;

use crate::key_set::{KeySet, KeySetError};

/// From this age a set is fetched again.
const MAX_AGE_S: i64 = 3_600;
/// Until this age a set serves if fetching fails. Issuers keep a rotated key valid for days; one that was
/// withdrawn must not be trusted for as long as someone can keep us from hearing of it.
const MAX_STALE_S: i64 = 24 * 3_600;
/// The least time between two refreshes of a set in hand, whatever `kid`s are asked for.
const MIN_REFRESH_INTERVAL_S: i64 = 60;
/// The least time between two tries with no set in hand.
const RETRY_INTERVAL_S: i64 = 5;

/// The port to wherever an issuer's keys are published.
///
/// An adapter is one GET of the issuer's address and [`KeySet::parse`].
#[async_trait(?Send)]
pub trait KeyStore {
    /// Fetches the set as it is published now. Caching is not the adapter's business.
    ///
    /// # Errors
    /// [`FetchKeysError`], by which step failed.
    async fn fetch_keys(&self) -> Result<KeySet, FetchKeysError>;
}

/// Why the published keys could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchKeysError {
    /// No answer arrived.
    #[error("the key set could not be fetched: {detail}")]
    Unreachable {
        /// The transport's own words, for the log.
        detail: String,
    },
    /// An answer arrived, and it was not 200.
    #[error("the key set was answered with status {status}: check its address")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// The answer was 200, and no usable key set.
    #[error("the key set was answered, and can't be used")]
    Invalid(#[from] KeySetError),
}

/// The kept set. One serves an isolate for its life; it holds no I/O object, so requests may share it.
#[derive(Debug, Default)]
pub struct KeyCache {
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    /// When a refresh was last begun.
    tried_at: Option<i64>,
    /// When one last failed, if none has succeeded since.
    failed_at: Option<i64>,
}

#[derive(Debug, Clone)]
struct Held {
    keys: Rc<KeySet>,
    fetched_at: i64,
}

/// The cache's condition, for a health page. Times are Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCacheStatus {
    /// When the set in hand was fetched.
    pub fetched_at: Option<i64>,
    /// When a fetch last failed, if none has succeeded since.
    pub failed_at: Option<i64>,
}

enum Plan {
    Use(Rc<KeySet>),
    Fetch,
    GiveUp,
}

impl KeyCache {
    /// An empty cache.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: RefCell::new(State { held: None, tried_at: None, failed_at: None }) }
    }

    /// The cache's condition.
    #[must_use]
    pub fn status(&self) -> KeyCacheStatus {
        let state = self.state.borrow();
        KeyCacheStatus {
            fetched_at: state.held.as_ref().map(|held| held.fetched_at),
            failed_at: state.failed_at,
        }
    }

    /// The set to look `kid` up in. It may still lack it.
    ///
    /// # Errors
    /// The store's error when there is no set to use; `None` in its place while a failure is too recent to try again.
    pub async fn keys(
        &self,
        kid: &str,
        store: &dyn KeyStore,
        now: i64,
    ) -> Result<Rc<KeySet>, Option<FetchKeysError>> {
        // The borrow ends before anything is awaited: other requests run meanwhile.
        let plan = self.state.borrow_mut().plan(kid, now);
        match plan {
            Plan::Use(keys) => Ok(keys),
            Plan::GiveUp => Err(None),
            Plan::Fetch => {
                let fetched = store.fetch_keys().await;
                self.state.borrow_mut().settle(fetched, now)
            }
        }
    }
}

impl State {
    fn plan(&mut self, kid: &str, now: i64) -> Plan {
        let since = |time: i64| now.saturating_sub(time);
        let Some(held) = &self.held else {
            // Requests that arrive together on an empty cache each fetch: none can wait for another's I/O. Only after
            // a failure is there a pause.
            let pausing = self.failed_at.is_some_and(|at| (0..RETRY_INTERVAL_S).contains(&since(at)));
            if !pausing {
                self.tried_at = Some(now);
            }
            return if pausing { Plan::GiveUp } else { Plan::Fetch };
        };
        let wanted = since(held.fetched_at) >= MAX_AGE_S || held.keys.find(kid).is_none();
        let pausing = self.tried_at.is_some_and(|at| (0..MIN_REFRESH_INTERVAL_S).contains(&since(at)));
        if wanted && !pausing {
            // Noted before the fetch, so that requests beside this one do not all refresh too.
            self.tried_at = Some(now);
            return Plan::Fetch;
        }
        held.fresh_enough(now).map_or(Plan::GiveUp, Plan::Use)
    }

    fn settle(
        &mut self,
        fetched: Result<KeySet, FetchKeysError>,
        now: i64,
    ) -> Result<Rc<KeySet>, Option<FetchKeysError>> {
        match fetched {
            Ok(keys) => {
                let keys = Rc::new(keys);
                self.held = Some(Held { keys: Rc::clone(&keys), fetched_at: now });
                self.failed_at = None;
                Ok(keys)
            }
            Err(error) => {
                self.failed_at = Some(now);
                self.held.as_ref().and_then(|held| held.fresh_enough(now)).ok_or(Some(error))
            }
        }
    }
}

impl Held {
    fn fresh_enough(&self, now: i64) -> Option<Rc<KeySet>> {
        (now.saturating_sub(self.fetched_at) < MAX_STALE_S).then(|| Rc::clone(&self.keys))
    }
}
