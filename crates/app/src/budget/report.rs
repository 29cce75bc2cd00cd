//! Telling usage, and the log, what was spent.

use contracts::TenantCall;
use contracts::Timestamp;
use contracts::pipeline::budget::SettleCall;

use super::BudgetPorts;
use crate::ports::{BudgetCall, SpendPoint, Spent, StoreError};

/// Tells usage everything that gathered. A batch has its name before it is told, so that one which is told twice, since
/// the object died in between, counts once.
pub(super) async fn tell(ports: &BudgetPorts, now_ms: u64) -> Result<(), StoreError> {
    /// What gathers while a batch is told goes with the next; so many are told before the alarm rings again.
    const MOST_BATCHES: u32 = 4;
    for _ in 0..MOST_BATCHES {
        let new_id = hex::encode(ports.random.for_id());
        let Some(batch) = ports.store.batch(&new_id, now_ms)? else { return Ok(()) };
        let now = Timestamp::from_unix_ms(now_ms);
        ports.usage.add(ports.tenant, &batch.batch_id, &batch.counts, now).await?;
        ports.store.batch_done(&batch.batch_id)?;
    }
    Ok(())
}

/// One line a call, whatever became of it: the point of its spending.
pub(super) fn log(context: &TenantCall, call: &BudgetCall, settled: &SettleCall) {
    let SettleCall { model, upstream, tokens_in, tokens_in_cached, tokens_out, .. } = settled;
    let SettleCall { estimated, outcome, first_byte_ms, duration_ms, route, cache, masked, .. } = settled;
    let tenant = context.scope.tenant;
    let BudgetCall { call_id, key, .. } = call;
    let (cost_nanos, bound_nanos) = (call.call.charged().nanos, call.call.bound.nanos);
    let trace_id = context.trace.trace_id();
    let key = key.as_deref().unwrap_or_default();
    let first_byte_ms = first_byte_ms.unwrap_or_default();
    let route = route.as_deref().unwrap_or_default();
    let saved_nanos = settled.saved_nanos.unwrap_or_default();
    tracing::info!(
        event = "llm_spend", %tenant, %trace_id, call_id, key, model, upstream, outcome, tokens_in,
        tokens_in_cached, tokens_out, estimated, cost_nanos, bound_nanos, first_byte_ms, duration_ms, route, cache,
        saved_nanos, masked
    );
    if cost_nanos > bound_nanos {
        // What was paid is recorded, and the bound was none.
        tracing::error!(event = "budget.bound_exceeded", %tenant, call_id, model, cost_nanos, bound_nanos);
    }
}

/// The points of a change of the ledger: what is taken back of what was there before, and what took its place. Points add
/// up to the ledger; an object that dies between the two leaves it without the point.
pub(super) fn point(
    ports: &BudgetPorts,
    before: Option<&BudgetCall>,
    after: &BudgetCall,
    settled: Option<&SettleCall>,
) {
    let Some(dataset) = &ports.spend else { return };
    let of = |call: &BudgetCall, spent: &Spent<'_>, outcome: &str, sign: i64| {
        // No call comes near to what does not fit.
        let signed = |amount: u64| sign * i64::try_from(amount).unwrap_or(i64::MAX);
        let Spent { model, tokens, nanos } = spent;
        SpendPoint {
            tenant: ports.tenant.to_string(),
            model: (*model).to_owned(),
            outcome: outcome.to_owned(),
            key: call.key.clone().unwrap_or_default(),
            amounts: [
                sign,
                signed(tokens.input),
                signed(tokens.output),
                signed(*nanos),
                0,
                signed(tokens.cached),
                0,
                0,
            ],
            ..SpendPoint::default()
        }
    };
    if let Some((before, spent)) = before.and_then(|before| Some((before, before.spent()?))) {
        dataset.write(&of(before, &spent, "corrected", -1));
    }
    let Some(spent) = after.spent() else { return };
    let Some(settled) = settled else {
        return dataset.write(&of(after, &spent, "expired", 1));
    };
    let mut point = of(after, &spent, &settled.outcome, 1);
    point.upstream.clone_from(&settled.upstream);
    point.route = settled.route.clone().unwrap_or_default();
    point.cache.clone_from(&settled.cache);
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    point.amounts[4] = whole(settled.saved_nanos.unwrap_or_default());
    point.amounts[6] = whole(settled.first_byte_ms.unwrap_or_default());
    point.amounts[7] = whole(settled.duration_ms);
    dataset.write(&point);
}
