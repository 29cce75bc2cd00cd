//! A tenant's budget in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::budget::{BudgetObject, BudgetPorts, HOLD_MS};
use app::ports::{
    BudgetCall, BudgetLimits, BudgetStore, Counted, KeyModelSpend, SpendBatch, SpendChange, SpendDataset,
    SpendPoint, StoreError,
};
use contracts::Timestamp;
use contracts::pipeline::ai_policy::AiPolicyStanding;
use contracts::pipeline::budget::TenantBudgetDispatch;
use contracts::pipeline::usage::{UsageAmounts, UsageSubject};
use domain::budget::{CallStatus, Counter, Tally, Window};
use domain::usage::Grain;
use mesh::Transport;
use mesh::durable::{Address, Namespace};
use mesh::loopback::Loopback;

use super::MemoryUsage;
use crate::schedule::MemoryAlarm;
use crate::{FakeClock, SeededRandom};

/// The budget of one tenant in memory. Tallies are added up each time: what a store remembers must come to the same.
#[derive(Debug, Clone, Default)]
pub struct MemoryBudget(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    limits: BudgetLimits,
    policy: AiPolicyStanding,
    calls: BTreeMap<String, BudgetCall>,
    spend: Vec<SpendChange>,
    unreported: Vec<SpendChange>,
    batches: Vec<SpendBatch>,
}

/// Points of spending in memory. A clone is the same.
#[derive(Debug, Clone, Default)]
pub struct MemoryPoints(pub Rc<RefCell<Vec<SpendPoint>>>);

impl SpendDataset for MemoryPoints {
    fn write(&self, point: &SpendPoint) {
        self.0.borrow_mut().push(point.clone());
    }
}

/// The budgets of all tenants in memory, as their objects, which are reached through the real encoding.
#[derive(Clone)]
pub struct MemoryBudgets {
    /// Whom they tell what was spent.
    pub usage: MemoryUsage,
    /// Each change of their ledgers, in order.
    pub points: MemoryPoints,
    clock: FakeClock,
    objects: Rc<RefCell<BTreeMap<String, BudgetObject>>>,
}

impl Default for MemoryBudgets {
    fn default() -> Self {
        Self::on(&FakeClock::default())
    }
}

impl MemoryBudgets {
    /// Of tenants that have spent nothing.
    #[must_use]
    pub fn on(clock: &FakeClock) -> Self {
        Self {
            usage: MemoryUsage::default(),
            points: MemoryPoints::default(),
            clock: clock.clone(),
            objects: Rc::default(),
        }
    }

    /// Lets every object do what its alarm would have it do.
    pub async fn ring(&self) {
        let objects: Vec<BudgetObject> = self.objects.borrow().values().cloned().collect();
        for object in objects {
            // An alarm in memory does not fail.
            let _ = object.alarm().await;
        }
    }
}

impl Namespace for MemoryBudgets {
    fn object(&self, address: &Address) -> Rc<dyn Transport> {
        let mut objects = self.objects.borrow_mut();
        let object = objects.entry(address.as_str().to_owned()).or_insert_with(|| {
            BudgetObject::new(BudgetPorts {
                tenant: address
                    .tenant_key()
                    .parse()
                    .unwrap_or_else(|_| ids::TenantId::from_parts(0, [0; 10])),
                store: Rc::new(MemoryBudget::default()),
                alarm: Rc::new(MemoryAlarm::default()),
                usage: Rc::new(self.usage.clone()),
                spend: Some(Rc::new(self.points.clone())),
                clock: Rc::new(self.clock.clone()),
                random: Rc::new(SeededRandom::new(5)),
                hold_ms: HOLD_MS,
            })
        });
        let (object, clock) = (object.clone(), self.clock.clone());
        let now = move || app::ports::Clock::now(&clock).unix_ms();
        Rc::new(Loopback::new(TenantBudgetDispatch(object), now))
    }
}

impl BudgetStore for MemoryBudget {
    fn limits(&self) -> Result<BudgetLimits, StoreError> {
        Ok(self.0.borrow().limits.clone())
    }

    fn set_limits(&self, limits: &BudgetLimits) -> Result<(), StoreError> {
        self.0.borrow_mut().limits = limits.clone();
        Ok(())
    }

    fn policy(&self) -> Result<AiPolicyStanding, StoreError> {
        Ok(self.0.borrow().policy.clone())
    }

    fn set_policy(&self, standing: &AiPolicyStanding) -> Result<(), StoreError> {
        self.0.borrow_mut().policy = standing.clone();
        Ok(())
    }

    fn call(&self, call_id: &str) -> Result<Option<BudgetCall>, StoreError> {
        Ok(self.0.borrow().calls.get(call_id).cloned())
    }

    fn tally(&self, counter: &Counter) -> Result<Tally, StoreError> {
        let sum = |sum: Tally, call: &BudgetCall| {
            let Tally { spent, held } = call.in_counter(counter);
            Tally { spent: sum.spent.plus(spent), held: sum.held.plus(held) }
        };
        Ok(self.0.borrow().calls.values().fold(Tally::default(), sum))
    }

    fn write(
        &self,
        call: &BudgetCall,
        _: &[(Counter, Tally)],
        changes: &[SpendChange],
    ) -> Result<(), StoreError> {
        let mut state = self.0.borrow_mut();
        state.calls.insert(call.call_id.clone(), call.clone());
        state.spend.extend_from_slice(changes);
        state.unreported.extend_from_slice(changes);
        Ok(())
    }

    fn open_calls(&self) -> Result<u64, StoreError> {
        Ok(self.open(u64::MAX).len() as u64)
    }

    fn expiring(&self, until_ms: u64, limit: u32) -> Result<Vec<BudgetCall>, StoreError> {
        let mut open = self.open(until_ms);
        open.truncate(limit as usize);
        Ok(open)
    }

    fn next_expiry(&self) -> Result<Option<u64>, StoreError> {
        Ok(self.open(u64::MAX).first().map(|call| call.expires_ms))
    }

    fn spend(&self, from_ms: u64, to_ms: u64, limit: u32) -> Result<Vec<KeyModelSpend>, StoreError> {
        let mut sums: BTreeMap<(Option<String>, String), [i64; 4]> = BTreeMap::new();
        let state = self.0.borrow();
        let within = |change: &&SpendChange| (from_ms..to_ms).contains(&Window::Day.around(change.at_ms).0);
        for change in state.spend.iter().filter(within) {
            let SpendChange { calls, tokens_in, tokens_out, nanos, .. } = change;
            let sum = sums.entry((change.key.clone(), change.model.clone())).or_default();
            for (sum, more) in sum.iter_mut().zip([calls, tokens_in, tokens_out, nanos]) {
                *sum += more;
            }
        }
        sums.retain(|_, [calls, _, _, nanos]| (*calls, *nanos) != (0, 0));
        let mut spends: Vec<_> = sums
            .into_iter()
            .map(|((key, model), sums)| {
                let [calls, tokens_in, tokens_out, nanos] = sums.map(i64::unsigned_abs);
                KeyModelSpend { key, model, calls, tokens_in, tokens_out, nanos }
            })
            .collect();
        spends.sort_by_key(|spend| std::cmp::Reverse((spend.nanos, spend.calls)));
        spends.truncate(limit as usize);
        Ok(spends)
    }

    fn batch(&self, batch_id: &str, _: u64) -> Result<Option<SpendBatch>, StoreError> {
        let mut state = self.0.borrow_mut();
        if state.batches.is_empty() && !state.unreported.is_empty() {
            let counts = std::mem::take(&mut state.unreported).into_iter().map(counted).collect();
            state.batches.push(SpendBatch { batch_id: batch_id.to_owned(), counts });
        }
        Ok(state.batches.first().cloned())
    }

    fn has_unreported(&self) -> Result<bool, StoreError> {
        let state = self.0.borrow();
        Ok(!state.batches.is_empty() || !state.unreported.is_empty())
    }

    fn batch_done(&self, batch_id: &str) -> Result<(), StoreError> {
        self.0.borrow_mut().batches.retain(|batch| batch.batch_id != batch_id);
        Ok(())
    }

    fn forget(&self, calls_before_ms: u64, days_before_ms: u64) -> Result<(), StoreError> {
        let mut state = self.0.borrow_mut();
        state.calls.retain(|_, call| call.at_ms >= calls_before_ms || call.call.status == CallStatus::Open);
        state.spend.retain(|change| Window::Day.around(change.at_ms).0 >= days_before_ms);
        Ok(())
    }

    fn rows(&self) -> Result<u32, StoreError> {
        let state = self.0.borrow();
        let rows = state.calls.len() + state.spend.len() + state.unreported.len() + state.batches.len();
        Ok(rows as u32 + u32::from(state.limits.version > 0) + u32::from(state.policy.version > 0))
    }

    fn erase(&self) -> Result<(), StoreError> {
        *self.0.borrow_mut() = State::default();
        Ok(())
    }
}

impl MemoryBudget {
    fn open(&self, until_ms: u64) -> Vec<BudgetCall> {
        let state = self.0.borrow();
        let due = |call: &&BudgetCall| call.call.status == CallStatus::Open && call.expires_ms <= until_ms;
        let mut open: Vec<_> = state.calls.values().filter(due).cloned().collect();
        open.sort_by_key(|call| call.expires_ms);
        open
    }
}

fn counted(change: SpendChange) -> Counted {
    let SpendChange { at_ms, key_prefix, model, calls, tokens_in, tokens_out, nanos, savings, .. } = change;
    let part = |of: fn(i64) -> i64| UsageAmounts {
        model_calls: of(calls).unsigned_abs(),
        tokens_in: of(tokens_in).unsigned_abs(),
        tokens_out: of(tokens_out).unsigned_abs(),
        cost_nanos: of(nanos).unsigned_abs(),
        ..UsageAmounts::default()
    };
    Counted {
        at: Timestamp::from_unix_ms(Grain::Hours.of(at_ms) * Grain::Hours.period_ms()),
        of: UsageSubject::Model { model, key: key_prefix },
        amounts: UsageAmounts {
            cache_hits: savings.hits,
            saved_tokens: savings.tokens,
            saved_nanos: savings.nanos,
            ..part(|much| much.max(0))
        },
        taken_back: part(|much| much.min(0)),
    }
}
