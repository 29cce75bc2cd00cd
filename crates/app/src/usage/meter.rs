//! What one isolate has counted and not brought yet.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use contracts::Timestamp;
use contracts::pipeline::usage::{RecordUsage, UsageAmounts, UsageCount, UsageSubject};
use domain::usage::Grain;
use ids::TenantId;

use super::MOST_COUNTS;
use crate::ports::Random;

/// Batches that could not be brought and wait for another try. More are let go: a store that is away for so long must
/// not fill the memory of what serves customers.
const MOST_WAITING: usize = 2_000;
/// A bringing that did not end within this time is taken for lost with its request, in milliseconds.
const LOST_MS: u64 = 30_000;

/// What is brought at once, for one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Whose it is.
    pub tenant: TenantId,
    /// What to bring. It has its name already: brought twice, it counts once.
    pub usage: RecordUsage,
}

/// The counts of one isolate. A clone is the same.
#[derive(Debug, Clone, Default)]
pub struct Meter(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    counts: HashMap<(TenantId, u64, UsageSubject), UsageAmounts>,
    waiting: Vec<Batch>,
    /// When somebody set out to bring what there is.
    bringing_since_ms: Option<u64>,
}

impl Meter {
    /// Counts. Says whether nobody is about to bring the counts, so that whoever asked does.
    #[must_use]
    pub fn count(&self, tenant: TenantId, at_ms: u64, of: UsageSubject, amounts: UsageAmounts) -> bool {
        let mut state = self.0.borrow_mut();
        state.counts.entry((tenant, Grain::Hours.of(at_ms), of)).or_default().add(amounts);
        let idle = state.bringing_since_ms.is_none_or(|since| at_ms.saturating_sub(since) > LOST_MS);
        if idle {
            state.bringing_since_ms = Some(at_ms);
        }
        idle
    }

    /// What is to be brought, at most `most` batches: the oldest, and the others wait. From here on counts are of the next
    /// time.
    #[must_use]
    pub fn take(&self, random: &dyn Random, most: usize) -> Vec<Batch> {
        let mut state = self.0.borrow_mut();
        state.bringing_since_ms = None;
        let mut of_tenants: HashMap<TenantId, Vec<UsageCount>> = HashMap::new();
        for ((tenant, hour, of), amounts) in state.counts.drain() {
            let at = Timestamp::from_unix_ms(hour * Grain::Hours.period_ms());
            of_tenants.entry(tenant).or_default().push(UsageCount { at, of, amounts });
        }
        let mut batches = std::mem::take(&mut state.waiting);
        for (tenant, counts) in of_tenants {
            for counts in counts.chunks(MOST_COUNTS) {
                let mut id = [0; 16];
                random.fill(&mut id);
                let usage = RecordUsage { batch_id: hex::encode(id), counts: counts.to_vec() };
                batches.push(Batch { tenant, usage });
            }
        }
        state.waiting = batches.split_off(most.min(batches.len()));
        batches
    }

    /// A batch was not brought, or it is not known whether it was: it goes with the next. Says how many counts were
    /// let go, since too much waits.
    pub fn keep(&self, batch: Batch) -> usize {
        let mut state = self.0.borrow_mut();
        if state.waiting.len() >= MOST_WAITING {
            return batch.usage.counts.len();
        }
        state.waiting.push(batch);
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter(std::cell::Cell<u8>);

    impl Random for Counter {
        fn fill(&self, bytes: &mut [u8]) {
            self.0.set(self.0.get() + 1);
            bytes.fill(self.0.get());
        }
    }

    fn tenant(number: u8) -> TenantId {
        TenantId::from_parts(1, [number; 10])
    }

    fn operation(name: &str) -> UsageSubject {
        UsageSubject::Requests { operation: name.into(), key: None }
    }

    const ONE: UsageAmounts = UsageAmounts {
        requests: 1,
        refused: 0,
        failed: 0,
        events: 0,
        model_calls: 0,
        tokens_in: 0,
        tokens_out: 0,
        cost_nanos: 0,
        cache_hits: 0,
        saved_tokens: 0,
        saved_nanos: 0,
    };

    #[test]
    fn counts_are_added_up_by_tenant_hour_and_subject() {
        let (meter, random) = (Meter::default(), Counter(0.into()));
        assert!(meter.count(tenant(1), 10, operation("a"), ONE), "the first sets out to bring them");
        assert!(!meter.count(tenant(1), 20, operation("a"), ONE));
        let _ = meter.count(tenant(1), 30, operation("b"), ONE);
        let _ = meter.count(tenant(2), 40, operation("a"), ONE);
        let _ = meter.count(tenant(1), 3_600_000, operation("a"), ONE);
        let batches = meter.take(&random, 10);
        assert_eq!(batches.len(), 2, "one a tenant: {batches:?}");
        let ours = batches.iter().find(|batch| batch.tenant == tenant(1)).unwrap();
        let mut counts: Vec<_> =
            ours.usage.counts.iter().map(|count| (count.at, count.amounts.requests)).collect();
        counts.sort_unstable();
        let at = Timestamp::from_unix_ms;
        assert_eq!(counts, [(at(0), 1), (at(0), 2), (at(3_600_000), 1)]);
        assert_ne!(batches[0].usage.batch_id, batches[1].usage.batch_id);
        assert_eq!(meter.take(&random, 10), [], "nothing is brought twice");

        let _ = meter.count(tenant(1), 10, operation("a"), ONE);
        let _ = meter.count(tenant(2), 10, operation("a"), ONE);
        assert_eq!((meter.take(&random, 1).len(), meter.take(&random, 1).len()), (1, 1), "the others wait");
    }

    #[test]
    fn what_was_not_brought_goes_with_the_next_under_the_same_name() {
        let (meter, random) = (Meter::default(), Counter(0.into()));
        let _ = meter.count(tenant(1), 10, operation("a"), ONE);
        let batch = meter.take(&random, 10).pop().unwrap();
        assert_eq!(meter.keep(batch.clone()), 0);
        assert!(meter.count(tenant(1), 20, operation("a"), ONE), "someone sets out again");
        let again = meter.take(&random, 10);
        assert_eq!(again.len(), 2);
        assert!(again.contains(&batch));
        let kept: usize = (0..=MOST_WAITING).map(|_| meter.keep(batch.clone())).sum();
        assert_eq!(kept, 1, "what is beyond is let go, and told");
    }

    #[test]
    fn one_who_set_out_and_was_lost_is_not_waited_for() {
        let meter = Meter::default();
        assert!(meter.count(tenant(1), 0, operation("a"), ONE));
        assert!(!meter.count(tenant(1), LOST_MS, operation("a"), ONE));
        assert!(meter.count(tenant(1), LOST_MS + 1, operation("a"), ONE));
    }
}
