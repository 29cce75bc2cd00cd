//! The `Usage` service.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::budget::{BudgetStanding, BudgetUse};
use contracts::pipeline::usage::{
    ReadUsage, RecordUsage, Usage, UsageAmounts, UsageBudget, UsageCount, UsageError, UsageGroup,
    UsageOfGroup, UsageReport,
};
use contracts::{TenantCall, Timestamp};
use domain::rate::{day, month};
use domain::usage::{Grain, Span};
use mesh::durable::Namespace;

use super::MOST_COUNTS;
use crate::budget::read_standing;
use crate::ports::{Clock, Counted, StoreError, UsageStore};

/// The most groups of an answer.
const MOST_GROUPS: u32 = 1_000;
/// The longest name of an operation, a model or a key, in bytes.
const MOST_NAME_BYTES: usize = 200;

/// What usage needs of the world.
#[derive(Clone)]
pub struct UsagePorts {
    /// Where it is kept.
    pub store: Rc<dyn UsageStore>,
    /// What tenants may spend on models, an object a tenant.
    pub budgets: Rc<dyn Namespace>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

/// [`Usage`] over ports.
#[derive(Clone)]
pub struct UsageService(pub UsagePorts);

#[async_trait(?Send)]
impl Usage for UsageService {
    async fn record_usage(&self, context: &TenantCall, request: RecordUsage) -> Result<(), UsageError> {
        let RecordUsage { batch_id, counts } = request;
        check(&batch_id, &counts)?;
        let counted = |UsageCount { at, of, amounts }| Counted::new(at, of, amounts);
        let counts: Vec<_> = counts.into_iter().map(counted).collect();
        let now = self.0.clock.now();
        self.0.store.add(context.scope.tenant, &batch_id, &counts, now).await.map(drop).map_err(unavailable)
    }

    async fn read_usage(&self, context: &TenantCall, request: ReadUsage) -> Result<UsageReport, UsageError> {
        let ReadUsage { from, to, group_by } = request;
        let now_ms = self.0.clock.now().unix_ms();
        let by_the_hour = group_by == UsageGroup::Hour;
        let span = Span::of(from.unix_ms(), to.unix_ms(), now_ms, by_the_hour)
            .map_err(|error| UsageError::Invalid { detail: error.to_string() })?;
        let sums = self.0.store.sums(context.scope.tenant, span, group_by, MOST_GROUPS).await;
        let sums = sums.map_err(unavailable)?;
        let standing = read_standing(&self.0.budgets, context).await;
        let standing = standing.map_err(|error| UsageError::Unavailable { detail: error.to_string() })?;
        let at = |period: u64| Timestamp::from_unix_ms(period * span.grain.period_ms());
        Ok(UsageReport {
            from: at(span.from),
            to: at(span.to),
            totals: sums.totals,
            groups: named(sums.groups, group_by)?,
            storage: sums.storage,
            budgets: budgets(standing),
        })
    }
}

/// Each limit with what was used of it.
fn budgets(standing: BudgetStanding) -> Vec<UsageBudget> {
    let BudgetStanding { limits, used, .. } = standing;
    let with_limit = |used: BudgetUse| {
        let limit = limits.get(used.limit as usize)?.clone();
        Some(UsageBudget { limit, used })
    };
    used.into_iter().filter_map(with_limit).collect()
}

fn check(batch_id: &str, counts: &[UsageCount]) -> Result<(), UsageError> {
    let invalid = |detail: String| Err(UsageError::Invalid { detail });
    if batch_id.is_empty() || batch_id.len() > 64 {
        return invalid("`batch_id` must have 1 to 64 characters".into());
    }
    if counts.len() > MOST_COUNTS {
        return invalid(format!("`counts` has {}; bring at most {MOST_COUNTS} at once", counts.len()));
    }
    let long = |count: &UsageCount| {
        use contracts::pipeline::usage::UsageSubject::{Model, Requests};
        match &count.of {
            Requests { operation, key } => {
                operation.len().max(key.as_ref().map_or(0, String::len)) > MOST_NAME_BYTES
            }
            Model { model, key } => model.len().max(key.as_ref().map_or(0, String::len)) > MOST_NAME_BYTES,
        }
    };
    if counts.iter().any(long) {
        return invalid(format!("a name in `counts` has more than {MOST_NAME_BYTES} bytes"));
    }
    Ok(())
}

/// The groups under the names that they are asked for by.
fn named(sums: Vec<(String, UsageAmounts)>, group_by: UsageGroup) -> Result<Vec<UsageOfGroup>, UsageError> {
    let grain = match group_by {
        UsageGroup::Hour => Grain::Hours,
        UsageGroup::Day | UsageGroup::Month => Grain::Days,
        UsageGroup::Operation | UsageGroup::Key | UsageGroup::Model => {
            let named = |(group, amounts)| UsageOfGroup { group, amounts };
            return Ok(sums.into_iter().map(named).collect());
        }
    };
    let mut groups: Vec<UsageOfGroup> = Vec::new();
    for (period, amounts) in sums {
        let period: u64 = period.parse().map_err(|_| UsageError::Unavailable {
            detail: format!("the store names a period `{period}`"),
        })?;
        let start_ms = period * grain.period_ms();
        let group = match group_by {
            UsageGroup::Month => month(start_ms).name,
            UsageGroup::Day => day(start_ms).name,
            _ => format!("{}T{:02}:00:00Z", day(start_ms).name, period % 24),
        };
        match groups.last_mut() {
            Some(last) if last.group == group => last.amounts.add(amounts),
            _ => groups.push(UsageOfGroup { group, amounts }),
        }
    }
    Ok(groups)
}

fn unavailable(error: StoreError) -> UsageError {
    UsageError::Unavailable { detail: error.to_string() }
}
