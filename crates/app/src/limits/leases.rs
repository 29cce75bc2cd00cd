//! What an isolate was given to spend.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use contracts::gateway::{BucketLimit, EventQuota, Take, Taken};
use domain::rate::{Class, Rate};
use ids::{KeyId, TenantId};

use super::Allowed;

/// For how long tokens may be spent here before they are brought back, in milliseconds.
pub const LEASE_MS: u64 = 1_000;
/// For how long nothing is asked of an object that did not answer, in milliseconds.
const DOWN_MS: u64 = 1_000;
/// The most tokens asked for at once; the object gives fewer.
const MOST_ASKED: u32 = 64;
/// More tenants and kinds than a busy isolate meets in a while. Reaching it forgets those that hold nothing.
const MOST_HELD: usize = 5_000;

/// Who asks for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    tenant: TenantId,
    class: Class,
    limits: Vec<(String, Rate)>,
    quota: Option<(u64, u64, bool)>,
}

impl Asked {
    /// A request with a key.
    #[must_use]
    pub fn with_key(tenant: TenantId, key: KeyId, class: Class, allowed: &Allowed) -> Self {
        let mut limits = vec![(class.as_str().to_owned(), allowed.tenant().rate(class))];
        if let Some(rate) = allowed.key(class) {
            limits.push((format!("key:{key}:{}", class.as_str()), rate));
        }
        let quota = matches!(class, Class::Ingest)
            .then(|| (allowed.tenant().events_per_day, allowed.tenant().events_per_month, true));
        Self { tenant, class, limits, quota }
    }

    /// A delivery whose signature was verified. Its event counts, and is never refused for the quota.
    #[must_use]
    pub fn delivery(tenant: TenantId, endpoint: ids::EndpointId, allowed: &Allowed) -> Self {
        let limits = vec![(format!("hook:{endpoint}"), allowed.tenant().hook)];
        let quota = Some((allowed.tenant().events_per_day, allowed.tenant().events_per_month, false));
        Self { tenant, class: Class::Hook, limits, quota }
    }

    /// Whose they are.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn place(&self) -> (TenantId, String) {
        // The last bucket is the narrowest: a key's, or the only one.
        (self.tenant, self.limits.last().map(|(name, _)| name.clone()).unwrap_or_default())
    }

    fn take(&self, most: u32, returned: u32, events_returned: u32) -> Take {
        let bucket = |(name, rate): &(String, Rate)| BucketLimit {
            name: name.clone(),
            burst: rate.burst(),
            per_minute: rate.per_minute(),
        };
        Take {
            buckets: self.limits.iter().map(bucket).collect(),
            most,
            returned,
            quota: self.quota.map(|(per_day, per_month, enforced)| EventQuota {
                per_day,
                per_month,
                enforced,
                returned: events_returned,
            }),
        }
    }
}

/// How a caller stands with its limits, for its answer's headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Each limit: its name, its rate, what is left, and in how many seconds it is full.
    pub limits: Vec<(String, Rate, u32, u64)>,
}

/// What an isolate may do without asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// It passes: a token that is held here was spent.
    Passes(Standing),
    /// It is refused, as the object said a moment ago that there will be none until then.
    Refused {
        /// How the caller stands.
        standing: Standing,
        /// In how many milliseconds to try again.
        retry_after_ms: u64,
        /// Whether the quota is used up, rather than a bucket.
        quota: bool,
    },
    /// The object does not answer at present, so that everyone passes.
    Open,
    /// The object has to be asked this.
    Ask(Take),
}

/// What one isolate holds. A clone is the same.
#[derive(Debug, Clone, Default)]
pub struct Leases(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    held: HashMap<(TenantId, String), Held>,
    down_until_ms: u64,
}

#[derive(Debug, Default)]
struct Held {
    /// The limits that it was given under.
    limits: Vec<(String, Rate)>,
    left: u32,
    since_ms: u64,
    /// Calls to the object that are under way.
    asking: u32,
    /// When the last of them began: one whose request went away is not waited for.
    asked_ms: u64,
    /// Until when the object has none.
    none_until_ms: u64,
    quota: bool,
    /// Events that were given and not accepted.
    events_back: u32,
    last: Option<Taken>,
}

impl Leases {
    /// Spends a token that is held, or says what to do.
    #[must_use]
    pub fn admit(&self, asked: &Asked, now_ms: u64) -> Admission {
        let mut state = self.0.borrow_mut();
        let down = now_ms < state.down_until_ms;
        if state.held.len() >= MOST_HELD {
            state.held.retain(|_, held| held.left > 0 || held.asking > 0 || held.none_until_ms > now_ms);
        }
        let held = state.held.entry(asked.place()).or_default();
        if held.limits != asked.limits {
            // What was given under other limits is let go.
            held.limits.clone_from(&asked.limits);
            (held.left, held.none_until_ms, held.last) = (0, 0, None);
        }
        if held.left > 0 && now_ms.saturating_sub(held.since_ms) < LEASE_MS {
            held.left -= 1;
            return Admission::Passes(held.standing());
        }
        if now_ms < held.none_until_ms {
            let retry_after_ms = held.none_until_ms - now_ms;
            return Admission::Refused { standing: held.standing(), retry_after_ms, quota: held.quota };
        }
        if down {
            return Admission::Open;
        }
        // Others of this isolate that ask at the same moment each want one: a lease for each would leave many unspent.
        let others = held.asking > 0 && now_ms.saturating_sub(held.asked_ms) < LEASE_MS;
        let most = if others { 1 } else { MOST_ASKED };
        let (returned, events_back) = (std::mem::take(&mut held.left), std::mem::take(&mut held.events_back));
        held.asking = if others { held.asking + 1 } else { 1 };
        held.asked_ms = now_ms;
        Admission::Ask(asked.take(most, returned, events_back.saturating_add(returned)))
    }

    /// What the object's answer means for whoever asked.
    #[must_use]
    pub fn told(&self, asked: &Asked, taken: Taken, now_ms: u64) -> Admission {
        let mut state = self.0.borrow_mut();
        let held = state.held.entry(asked.place()).or_default();
        held.asking = held.asking.saturating_sub(1);
        let granted = taken.granted;
        let (retry_after_ms, quota) = (taken.retry_after_ms, taken.quota_exceeded);
        held.last = Some(taken);
        if granted > 0 {
            held.left = held.left.saturating_add(granted - 1);
            (held.since_ms, held.none_until_ms) = (now_ms, 0);
            return Admission::Passes(held.standing());
        }
        if held.left > 0 {
            // Given to another request meanwhile, which spent one of several.
            held.left -= 1;
            return Admission::Passes(held.standing());
        }
        // A quota may be raised meanwhile: it is asked for again after a while.
        const LONGEST_MS: u64 = 5_000;
        (held.none_until_ms, held.quota) = (now_ms + retry_after_ms.min(LONGEST_MS), quota);
        Admission::Refused { standing: held.standing(), retry_after_ms, quota }
    }

    /// The object did not answer.
    pub fn unanswered(&self, asked: &Asked, now_ms: u64) {
        let mut state = self.0.borrow_mut();
        state.down_until_ms = now_ms + DOWN_MS;
        if let Some(held) = state.held.get_mut(&asked.place()) {
            held.asking = held.asking.saturating_sub(1);
        }
    }

    /// An event that passed was not accepted after all: it does not count against the quota.
    pub fn not_accepted(&self, asked: &Asked) {
        if let Some(held) = self.0.borrow_mut().held.get_mut(&asked.place()) {
            held.events_back = held.events_back.saturating_add(1);
        }
    }
}

impl Held {
    fn standing(&self) -> Standing {
        let levels = self.last.iter().flat_map(|taken| &taken.buckets);
        let limits = self.limits.iter().zip(levels).map(|((name, rate), level)| {
            (name.clone(), *rate, level.left.saturating_add(self.left), level.full_in_ms.div_ceil(1_000))
        });
        Standing { limits: limits.collect() }
    }
}
