//! The bookkeeping: what a hold, a settlement, a release and an expiry write. Nothing here waits, so nothing comes in
//! between reading what there is and writing what becomes of it.

use std::collections::BTreeMap;

use ai::LONGEST_MODEL;
use contracts::pipeline::budget::{BudgetError, HoldBudget, HoldError, SettleCall};
use domain::budget::{Amount, Call, CallStatus, Counter, Limit, Price, Refused, Tally, Tokens, Unit, judge};

use super::convert::{domain_price, reason};
use super::{HOLD_MS, MOST_MODELS};
use crate::ports::{BudgetCall, BudgetStore, PricedModel, Savings, SpendChange, StoreError};

/// The longest name of a call or a key, in bytes.
const MOST_NAME_BYTES: usize = 200;

/// Reserves the most that a call can take, for `hold_ms`.
pub(super) fn hold(
    store: &dyn BudgetStore,
    request: HoldBudget,
    now_ms: u64,
    hold_ms: u64,
) -> Result<BudgetCall, HoldError> {
    let wanted = wanted(request, now_ms, hold_ms)?;
    if let Some(known) = store.call(&wanted.call_id).map_err(unavailable)? {
        return repeated(known, &wanted);
    }
    let limits = store.limits().map_err(unavailable)?.limits;
    let models: Vec<&str> = wanted.models.iter().map(|priced| priced.model.as_str()).collect();
    let mut refused: Option<Refused> = None;
    let mut tallies: BTreeMap<Counter, Tally> = BTreeMap::new();
    for limit in &limits {
        for counter in limit.counters(now_ms, wanted.key.as_deref(), &models) {
            if let Some(model) = unpriced(limit, &counter, &wanted) {
                return Err(HoldError::Unpriced { model });
            }
            let tally = match tallies.get(&counter) {
                Some(tally) => *tally,
                None => store.tally(&counter).map_err(unavailable)?,
            };
            if let Err(no) = judge(limit, tally, wanted.call.bound, counter.ends_ms) {
                refused = Some(no.or_longer(refused));
            }
            tallies.insert(counter, tally);
        }
    }
    if let Some(Refused { reason: why, limit, left, resets_ms }) = refused {
        return Err(HoldError::Refused {
            reason: reason(why),
            limit: limit.to_string(),
            left: limit.unit.told(left),
            resets_at: contracts::Timestamp::from_unix_ms(resets_ms),
        });
    }
    write(store, None, &wanted, tallies, &changes(None, &wanted)).map_err(unavailable)?;
    Ok(wanted)
}

/// What a call took, in the place of its hold; as it was before, and as it is now where that changes anything.
pub(super) fn settle(
    store: &dyn BudgetStore,
    request: &SettleCall,
    now_ms: u64,
) -> Result<(BudgetCall, Option<BudgetCall>), BudgetError> {
    let SettleCall { call_id, model, tokens_in, tokens_in_cached, tokens_out, .. } = request;
    let tokens = Tokens { input: *tokens_in, cached: *tokens_in_cached, output: *tokens_out };
    if tokens.input.max(tokens.output) > Tokens::MOST {
        let detail = format!("`tokens_in` and `tokens_out` may be at most {}", Tokens::MOST);
        return Err(BudgetError::Invalid { detail });
    }
    check_model("model", model).map_err(|detail| BudgetError::Invalid { detail })?;
    let before = store.call(call_id).map_err(broken)?;
    let before = before.ok_or_else(|| BudgetError::Unknown { call_id: call_id.clone() })?;
    let nanos = price_of(&before, model).map_or(0, |price| price.of(tokens));
    let took = Amount { nanos, tokens: tokens.all(), requests: 1 };
    let Some(call) = before.call.settle(took) else { return Ok((before, None)) };
    let after = BudgetCall { call, model: model.clone(), tokens, ..before.clone() };
    let savings = savings(request, &before);
    let moved = tallies_of(store, &before, &after, now_ms).map_err(broken)?;
    let changes = with_savings(changes(Some(&before), &after), &after, savings);
    write(store, Some(&before), &after, moved, &changes).map_err(broken)?;
    Ok((before, Some(after)))
}

/// A call was not made; as it was before, and as it is now where that changes anything. One that is not known is noted as
/// released, so that a hold which is still on its way is refused.
pub(super) fn release(
    store: &dyn BudgetStore,
    call_id: &str,
    now_ms: u64,
) -> Result<(BudgetCall, Option<BudgetCall>), BudgetError> {
    check_name("call_id", call_id).map_err(|detail| BudgetError::Invalid { detail })?;
    let Some(before) = store.call(call_id).map_err(broken)? else {
        let never = never_held(call_id, now_ms);
        store.write(&never, &[], &[]).map_err(broken)?;
        return Ok((never, None));
    };
    let Some(call) = before.call.release() else { return Ok((before, None)) };
    let after = BudgetCall { call, ..before.clone() };
    end(store, &before, &after, now_ms).map_err(broken)?;
    Ok((before, Some(after)))
}

/// Counts calls at their bound whose holds have expired, at most `most`; gives them.
pub(super) fn expire(store: &dyn BudgetStore, now_ms: u64, most: u32) -> Result<Vec<BudgetCall>, StoreError> {
    let mut expired = Vec::new();
    for before in store.expiring(now_ms, most)? {
        let Some(call) = before.call.expire() else { continue };
        let after = BudgetCall { call, ..before.clone() };
        end(store, &before, &after, now_ms)?;
        expired.push(after);
    }
    Ok(expired)
}

/// What a request would write, where it can be.
fn wanted(request: HoldBudget, now_ms: u64, hold_ms: u64) -> Result<BudgetCall, HoldError> {
    let HoldBudget { call_id, key, key_prefix, models, tokens_in, tokens_out } = request;
    let invalid = |detail: String| HoldError::Invalid { detail };
    check_name("call_id", &call_id).map_err(invalid)?;
    for (name, given) in [("key", &key), ("key_prefix", &key_prefix)] {
        given.as_ref().map_or(Ok(()), |given| check_name(name, given)).map_err(invalid)?;
    }
    if models.is_empty() || models.len() > MOST_MODELS {
        return Err(invalid(format!("`models` must have 1 to {MOST_MODELS}")));
    }
    if tokens_in.max(tokens_out) > Tokens::MOST {
        return Err(invalid(format!("`tokens_in` and `tokens_out` may be at most {}", Tokens::MOST)));
    }
    let mut priced = Vec::with_capacity(models.len());
    let (mut nanos, mut dearest) = (0, 0);
    for (at, model) in models.into_iter().enumerate() {
        check_model("models", &model.model).map_err(invalid)?;
        let price = model.price.map(domain_price).transpose().map_err(invalid)?;
        let most = price.map_or(0, |price| price.most_of(tokens_in, tokens_out));
        if most > nanos {
            (nanos, dearest) = (most, at);
        }
        priced.push(PricedModel { model: model.model, price });
    }
    let model = priced[dearest].model.clone();
    let bound_tokens = Tokens { input: tokens_in, cached: 0, output: tokens_out };
    let bound = Amount { nanos, tokens: bound_tokens.all(), requests: 1 };
    Ok(BudgetCall {
        call_id,
        at_ms: now_ms,
        expires_ms: now_ms.saturating_add(hold_ms),
        key,
        key_prefix,
        models: priced,
        bound_tokens,
        call: Call::open(bound),
        model,
        tokens: Tokens::default(),
    })
}

fn never_held(call_id: &str, now_ms: u64) -> BudgetCall {
    BudgetCall {
        call_id: call_id.to_owned(),
        at_ms: now_ms,
        expires_ms: now_ms.saturating_add(HOLD_MS),
        key: None,
        key_prefix: None,
        models: Vec::new(),
        bound_tokens: Tokens::default(),
        call: Call::never_held(),
        model: String::new(),
        tokens: Tokens::default(),
    }
}

/// The call is known already: the same hold again, or a name that is taken.
fn repeated(known: BudgetCall, wanted: &BudgetCall) -> Result<BudgetCall, HoldError> {
    let taken =
        |detail: &str| Err(HoldError::Taken { call_id: wanted.call_id.clone(), detail: detail.to_owned() });
    let same =
        (&known.key, &known.models, known.bound_tokens) == (&wanted.key, &wanted.models, wanted.bound_tokens);
    match known.call.status {
        CallStatus::Open if same => Ok(known),
        CallStatus::Open => taken("holds something else"),
        CallStatus::Expired => taken("has expired"),
        CallStatus::Settled => taken("is settled"),
        CallStatus::Released => taken("was released"),
    }
}

/// A model without a price, where a limit in money looks at a counter that it would be in.
fn unpriced(limit: &Limit, counter: &Counter, wanted: &BudgetCall) -> Option<String> {
    let key = wanted.key.as_deref();
    let in_it =
        |priced: &&PricedModel| priced.price.is_none() && counter.counts(wanted.at_ms, key, &priced.model);
    let found = wanted.models.iter().find(in_it).filter(|_| limit.unit == Unit::Money);
    found.map(|priced| priced.model.clone())
}

/// The price of a model of a call; of the one that set the bound where the one that answered is not among them.
fn price_of(call: &BudgetCall, model: &str) -> Option<Price> {
    let of =
        |name: &str| call.models.iter().find(|priced| priced.model == name).and_then(|priced| priced.price);
    of(model).or_else(|| of(&call.model))
}

/// What a cache saved of a call, at the price of the call where the settlement says none.
fn savings(request: &SettleCall, call: &BudgetCall) -> Savings {
    let SettleCall { model, cache, saved_tokens_in, saved_tokens_out, saved_nanos, .. } = request;
    if !matches!(cache.as_str(), "hit" | "semantic" | "gateway-hit") {
        return Savings::default();
    }
    let most = |tokens: u64| tokens.min(Tokens::MOST);
    let tokens = Tokens { input: most(*saved_tokens_in), cached: 0, output: most(*saved_tokens_out) };
    let priced = || price_of(call, model).map_or(0, |price| price.of(tokens));
    Savings { hits: 1, tokens: tokens.all(), nanos: saved_nanos.unwrap_or_else(priced) }
}

/// Says with the change of the model that answered what a cache saved.
fn with_savings(mut changes: Vec<SpendChange>, call: &BudgetCall, savings: Savings) -> Vec<SpendChange> {
    if savings == Savings::default() {
        return changes;
    }
    match changes.iter_mut().find(|change| change.model == call.model) {
        Some(change) => change.savings = savings,
        None => changes.push(SpendChange {
            at_ms: call.at_ms,
            key: call.key.clone(),
            key_prefix: call.key_prefix.clone(),
            model: call.model.clone(),
            calls: 0,
            tokens_in: 0,
            tokens_out: 0,
            nanos: 0,
            savings,
        }),
    }
    changes
}

/// Writes how a call ended, in every counter of a limit that is not over.
fn end(
    store: &dyn BudgetStore,
    before: &BudgetCall,
    after: &BudgetCall,
    now_ms: u64,
) -> Result<(), StoreError> {
    let tallies = tallies_of(store, before, after, now_ms)?;
    write(store, Some(before), after, tallies, &changes(Some(before), after))
}

/// Every counter of a limit that is not over, as it was before a call ended.
fn tallies_of(
    store: &dyn BudgetStore,
    before: &BudgetCall,
    after: &BudgetCall,
    now_ms: u64,
) -> Result<BTreeMap<Counter, Tally>, StoreError> {
    let mut models: Vec<&str> = after.models.iter().map(|priced| priced.model.as_str()).collect();
    models.extend([before.model.as_str(), after.model.as_str()]);
    models.sort_unstable();
    models.dedup();
    let mut tallies = BTreeMap::new();
    for limit in store.limits()?.limits {
        for counter in limit.counters(after.at_ms, after.key.as_deref(), &models) {
            if counter.ends_ms > now_ms && !tallies.contains_key(&counter) {
                let tally = store.tally(&counter)?;
                tallies.insert(counter, tally);
            }
        }
    }
    Ok(tallies)
}

fn write(
    store: &dyn BudgetStore,
    before: Option<&BudgetCall>,
    after: &BudgetCall,
    tallies: BTreeMap<Counter, Tally>,
    changes: &[SpendChange],
) -> Result<(), StoreError> {
    let moved = |(counter, tally): (Counter, Tally)| {
        let was = before.map(|before| before.in_counter(&counter)).unwrap_or_default();
        let is = after.in_counter(&counter);
        let tally = Tally {
            spent: tally.spent.minus(was.spent).plus(is.spent),
            held: tally.held.minus(was.held).plus(is.held),
        };
        (counter, tally)
    };
    let tallies: Vec<_> = tallies.into_iter().map(moved).collect();
    store.write(after, &tallies, changes)
}

/// How what was spent changes: what was there before goes, what is there now comes.
fn changes(before: Option<&BudgetCall>, after: &BudgetCall) -> Vec<SpendChange> {
    let mut changes: Vec<SpendChange> = Vec::new();
    for (call, sign) in [(before, -1), (Some(after), 1)] {
        let Some((call, spent)) = call.and_then(|call| Some((call, call.spent()?))) else { continue };
        let signed = |much: u64| i64::try_from(much).unwrap_or(i64::MAX) * sign;
        let (tokens_in, tokens_out) = (signed(spent.tokens.input), signed(spent.tokens.output));
        let (calls, nanos) = (sign, signed(spent.nanos));
        match changes.iter_mut().find(|change| change.model == spent.model) {
            Some(change) => {
                change.calls += calls;
                change.tokens_in += tokens_in;
                change.tokens_out += tokens_out;
                change.nanos += nanos;
            }
            None => changes.push(SpendChange {
                at_ms: call.at_ms,
                key: call.key.clone(),
                key_prefix: call.key_prefix.clone(),
                model: spent.model.to_owned(),
                calls,
                tokens_in,
                tokens_out,
                nanos,
                savings: Savings::default(),
            }),
        }
    }
    changes
        .retain(|change| (change.calls, change.tokens_in, change.tokens_out, change.nanos) != (0, 0, 0, 0));
    changes
}

fn check_name(what: &str, name: &str) -> Result<(), String> {
    check_length(what, name, MOST_NAME_BYTES)
}

fn check_model(what: &str, name: &str) -> Result<(), String> {
    check_length(what, name, LONGEST_MODEL)
}

fn check_length(what: &str, name: &str, most: usize) -> Result<(), String> {
    if name.is_empty() || name.len() > most {
        return Err(format!("`{what}` must have 1 to {most} bytes"));
    }
    Ok(())
}

fn unavailable(error: StoreError) -> HoldError {
    HoldError::Unavailable { detail: error.to_string() }
}

pub(super) fn broken(error: StoreError) -> BudgetError {
    BudgetError::Unavailable { detail: error.to_string() }
}
