//! A tenant's limits in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{LimitStore, StoreError};
use domain::rate::Bucket;

/// Buckets and counts of one tenant in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryLimits(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    buckets: BTreeMap<String, Bucket>,
    counts: BTreeMap<String, u64>,
}

impl LimitStore for MemoryLimits {
    fn bucket(&self, name: &str) -> Result<Option<Bucket>, StoreError> {
        Ok(self.0.borrow().buckets.get(name).copied())
    }

    fn counted(&self, period: &str) -> Result<u64, StoreError> {
        Ok(self.0.borrow().counts.get(period).copied().unwrap_or_default())
    }

    fn write(&self, buckets: &[(&str, Bucket)], counts: &[(&str, u64)]) -> Result<(), StoreError> {
        let mut state = self.0.borrow_mut();
        state.buckets.extend(buckets.iter().map(|(name, bucket)| ((*name).to_owned(), *bucket)));
        state.counts.extend(counts.iter().map(|(period, count)| ((*period).to_owned(), *count)));
        Ok(())
    }

    fn forget(&self, before_ms: u64, period: &str) -> Result<(), StoreError> {
        let mut state = self.0.borrow_mut();
        state.buckets.retain(|_, bucket| bucket.at_ms >= before_ms);
        state.counts.retain(|known, _| known.as_str() >= period);
        Ok(())
    }
}
