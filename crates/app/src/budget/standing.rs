//! How a tenant stands with its limits.

use std::collections::BTreeSet;

use contracts::Timestamp;
use contracts::pipeline::budget::{BudgetStanding, BudgetUse, ModelSpend};
use domain::budget::{Counter, Window};

use super::convert::wire_limit;
use crate::ports::{BudgetStore, KeyModelSpend, StoreError};

/// The most keys and models that are told apart.
const MOST_SPENDS: u32 = 1_000;
/// The most counters that are told.
const MOST_USES: usize = 1_000;

/// The limits, and what was used of each. A limit for each key or model tells of those that spent something this month.
pub(super) fn read(store: &dyn BudgetStore, now_ms: u64) -> Result<BudgetStanding, StoreError> {
    let limits = store.limits()?;
    let (from_ms, to_ms) = Window::Month.around(now_ms);
    let spends = store.spend(from_ms, to_ms, MOST_SPENDS)?;
    let mut used = Vec::new();
    for (at, limit) in (0..).zip(&limits.limits) {
        let counters = |spend: &KeyModelSpend| limit.counters(now_ms, spend.key.as_deref(), &[&spend.model]);
        let mut looked: BTreeSet<Counter> = spends.iter().flat_map(counters).collect();
        // One that is for nobody in particular is told though nobody spent anything.
        looked.extend(untouched(limit, now_ms));
        for counter in looked {
            if used.len() >= MOST_USES {
                break;
            }
            let tally = store.tally(&counter)?;
            let (spent, held) = (limit.unit.of(tally.spent), limit.unit.of(tally.held));
            used.push(BudgetUse {
                limit: at,
                key: counter.key,
                model: counter.model,
                spent,
                held,
                left: limit.most.saturating_sub(spent).saturating_sub(held),
                resets_at: Timestamp::from_unix_ms(counter.ends_ms),
            });
        }
    }
    let month = spends.into_iter().map(|spend| {
        let KeyModelSpend { key, model, calls, tokens_in, tokens_out, nanos } = spend;
        ModelSpend { key, model, calls, tokens_in, tokens_out, cost_nanos: nanos }
    });
    Ok(BudgetStanding {
        version: limits.version,
        updated_by: limits.updated_by,
        updated_at: limits.updated_at,
        limits: limits.limits.iter().map(wire_limit).collect(),
        used,
        month: month.collect(),
        open_calls: store.open_calls()?,
    })
}

/// The counter of a limit that names its key and model, or means all of them.
fn untouched(limit: &domain::budget::Limit, now_ms: u64) -> Vec<Counter> {
    use domain::budget::Selector::{All, Each, Only};
    let (key, model) = (&limit.scope.key, &limit.scope.model);
    if matches!(key, Each) || matches!(model, Each) {
        return Vec::new();
    }
    let key = if let Only(key) = key { Some(key.as_str()) } else { None };
    let models: Vec<&str> = match model {
        Only(model) => vec![model],
        All | Each => Vec::new(),
    };
    limit.counters(now_ms, key, &models)
}
