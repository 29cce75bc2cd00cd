//! Claims about where a tenant's budget is kept.

use std::rc::Rc;

use app::ports::{BudgetCall, BudgetLimits, BudgetStore, PricedModel, Savings, SpendChange};
use contracts::Timestamp;
use domain::budget::{Amount, Call, Counter, Limit, Price, Scope, Selector, Tally, Tokens, Unit, Window};

/// 2026-11-22, 10:00:30.
const NOW_MS: u64 = 1_795_341_630_000;
const HOUR_MS: u64 = 3_600_000;

/// Every claim about a [`BudgetStore`]; `empty` makes another store each time.
///
/// # Panics
/// When one does not hold.
pub fn budget_store_suite(empty: &dyn Fn() -> Rc<dyn BudgetStore>) {
    limits_come_back(&*empty());
    a_call_comes_back_as_it_was_written_last(&*empty());
    what_is_remembered_is_what_calls_come_to(&*empty());
    holds_expire_in_their_order(&*empty());
    what_was_spent_is_added_up_and_told_in_batches(&*empty());
    what_is_old_is_forgotten_and_what_is_open_is_not(&*empty());
    one_tenants_store_is_not_anothers(&*empty(), &*empty());
}

fn price(input: u64, output: u64) -> Option<Price> {
    Some(Price { input, cached: input / 2, output })
}

fn call(id: &str, at_ms: u64, key: Option<&str>, model: &str, nanos: u64) -> BudgetCall {
    let bound_tokens = Tokens { input: 100, cached: 0, output: 50 };
    BudgetCall {
        call_id: id.into(),
        at_ms,
        expires_ms: at_ms + HOUR_MS,
        key: key.map(str::to_owned),
        key_prefix: key.map(|key| format!("wk_{key}")),
        models: vec![
            PricedModel { model: model.into(), price: price(8, 9) },
            PricedModel { model: "spare".into(), price: None },
        ],
        bound_tokens,
        call: Call::open(Amount { nanos, tokens: 150, requests: 1 }),
        model: model.into(),
        tokens: Tokens::default(),
    }
}

fn settled(before: &BudgetCall, nanos: u64, model: &str) -> BudgetCall {
    let tokens = Tokens { input: 40, cached: 30, output: 2 };
    let took = Amount { nanos, tokens: tokens.all(), requests: 1 };
    let call = before.call.settle(took).unwrap();
    BudgetCall { call, tokens, model: model.into(), ..before.clone() }
}

fn change(call: &BudgetCall, calls: i64, tokens: i64, nanos: i64) -> SpendChange {
    SpendChange {
        at_ms: call.at_ms,
        key: call.key.clone(),
        key_prefix: call.key_prefix.clone(),
        model: call.model.clone(),
        calls,
        tokens_in: tokens,
        tokens_out: tokens / 2,
        nanos,
        savings: Savings::default(),
    }
}

fn limits_come_back(store: &dyn BudgetStore) {
    assert_eq!(store.limits(), Ok(BudgetLimits::default()));
    let limit = |unit, window, key, model, most| Limit { unit, window, scope: Scope { key, model }, most };
    let only = |name: &str| Selector::Only(name.into());
    let limits = vec![
        limit(Unit::Money, Window::Month, Selector::All, Selector::Each, Unit::Money.most()),
        limit(Unit::Tokens, Window::Day, only("key_1"), only("\"gpt\""), 0),
        limit(Unit::Requests, Window::Minute, Selector::Each, Selector::All, 60),
    ];
    let at = Some(Timestamp::from_unix_ms(NOW_MS));
    let set = BudgetLimits { version: 3, updated_by: Some("ada".into()), updated_at: at, limits };
    store.set_limits(&set).unwrap();
    assert_eq!(store.limits(), Ok(set.clone()));
    let none = BudgetLimits { version: 4, limits: Vec::new(), ..set };
    store.set_limits(&none).unwrap();
    assert_eq!(store.limits(), Ok(none));
}

fn a_call_comes_back_as_it_was_written_last(store: &dyn BudgetStore) {
    assert_eq!(store.call("a"), Ok(None));
    // The dearest that a call can be.
    let open = call("a", NOW_MS, Some("key_1"), "gpt", 2_000_000_000_000_000);
    let keyless = call("b", NOW_MS, None, "gpt", 7);
    for call in [&open, &keyless] {
        store.write(call, &[], &[]).unwrap();
        assert_eq!(store.call(&call.call_id), Ok(Some(call.clone())));
    }
    assert_eq!(store.open_calls(), Ok(2));
    let expired = BudgetCall { call: open.call.expire().unwrap(), ..open.clone() };
    let released = BudgetCall { call: open.call.release().unwrap(), ..open.clone() };
    for later in [expired, released, settled(&open, 5, "spare")] {
        store.write(&later, &[], &[]).unwrap();
        assert_eq!(store.call("a"), Ok(Some(later)));
        assert_eq!(store.open_calls(), Ok(1));
    }
    assert_eq!(store.call("b"), Ok(Some(keyless)), "another call is as it was");
}

/// Counters of every window, of keys and models alone and together.
fn counters() -> Vec<Counter> {
    let mut counters = Vec::new();
    for (window, _) in Window::ALL {
        for key in [Selector::All, Selector::Only("key_1".into()), Selector::Only("key_2".into())] {
            for model in [Selector::All, Selector::Only("gpt".into()), Selector::Only("spare".into())] {
                let limit =
                    Limit { unit: Unit::Money, window, scope: Scope { key: key.clone(), model }, most: 0 };
                let key = if let Selector::Only(key) = &key { Some(key.as_str()) } else { None };
                counters.extend(limit.counters(NOW_MS, key, &["gpt", "spare"]));
            }
        }
    }
    assert_eq!(counters.len(), 27);
    counters
}

fn what_is_remembered_is_what_calls_come_to(store: &dyn BudgetStore) {
    let mut known: Vec<BudgetCall> = Vec::new();
    let mut tell = |call: BudgetCall| {
        let before = known.iter().position(|known| known.call_id == call.call_id).map(|at| known.remove(at));
        let mut changes = Vec::new();
        for (of, sign) in [(before.as_ref(), -1_i64), (Some(&call), 1)] {
            let Some(spent) = of.and_then(BudgetCall::spent) else { continue };
            let of = of.unwrap();
            changes.push(SpendChange {
                tokens_in: sign * spent.tokens.input as i64,
                tokens_out: sign * spent.tokens.output as i64,
                ..change(of, sign, 0, sign * spent.nanos as i64)
            });
        }
        known.push(call.clone());
        let tallies: Vec<(Counter, Tally)> = counters()
            .into_iter()
            .map(|counter| {
                let sum = known.iter().fold(Tally::default(), |sum, call| {
                    let one = call.in_counter(&counter);
                    Tally { spent: sum.spent.plus(one.spent), held: sum.held.plus(one.held) }
                });
                (counter, sum)
            })
            .collect();
        store.write(&call, &tallies, &changes).unwrap();
        tallies
    };
    let (minute, day, month) = (NOW_MS, NOW_MS - HOUR_MS, NOW_MS - 48 * HOUR_MS);
    for (at, at_ms) in [minute, day, month, month - 480 * HOUR_MS - 48 * HOUR_MS].into_iter().enumerate() {
        for (key, model) in
            [(Some("key_1"), "gpt"), (Some("key_2"), "gpt"), (None, "other"), (Some("key_1"), "mini")]
        {
            let name = |end: &str| format!("{at}{key:?}{model}{end}");
            tell(call(&name("open"), at_ms, key, model, 10));
            let late = call(&name("settled"), at_ms, key, model, 300);
            tell(late.clone());
            let expired = BudgetCall { call: late.call.expire().unwrap(), ..late.clone() };
            tell(expired.clone());
            tell(settled(&expired, 7_000, "spare"));
            let unsettled = call(&name("expired"), at_ms, key, model, 2_000);
            tell(unsettled.clone());
            tell(BudgetCall { call: unsettled.call.expire().unwrap(), ..unsettled });
            let never = call(&name("released"), at_ms, key, model, 9);
            tell(never.clone());
            tell(BudgetCall { call: never.call.release().unwrap(), ..never });
        }
    }
    let tallies = tell(call("last", NOW_MS, Some("key_1"), "gpt", 1));
    let nothing = Tally::default();
    assert!(tallies.iter().filter(|(_, tally)| *tally != nothing).count() > 20);
    for round in ["remembered", "added up anew"] {
        for (counter, tally) in &tallies {
            assert_eq!(store.tally(counter), Ok(*tally), "{round}: {counter:?}");
        }
        store
            .set_limits(&BudgetLimits {
                version: 1,
                updated_by: Some("ada".into()),
                updated_at: Some(Timestamp::from_unix_ms(1)),
                limits: Vec::new(),
            })
            .unwrap();
    }
}

fn holds_expire_in_their_order(store: &dyn BudgetStore) {
    assert_eq!((store.next_expiry(), store.expiring(u64::MAX >> 11, 9)), (Ok(None), Ok(Vec::new())));
    let calls: Vec<_> =
        [3, 1, 2].iter().map(|at| call(&at.to_string(), NOW_MS + at, None, "gpt", 1)).collect();
    for call in &calls {
        store.write(call, &[], &[]).unwrap();
    }
    let due = |until_ms: u64, limit: u32| -> Vec<String> {
        store.expiring(until_ms + HOUR_MS, limit).unwrap().into_iter().map(|call| call.call_id).collect()
    };
    assert_eq!(store.next_expiry(), Ok(Some(NOW_MS + 1 + HOUR_MS)));
    assert_eq!(
        (due(NOW_MS, 9), due(NOW_MS + 2, 9), due(NOW_MS + 9, 2)),
        (vec![], vec!["1".to_owned(), "2".to_owned()], vec!["1".to_owned(), "2".to_owned()],)
    );
    store.write(&settled(&calls[1], 1, "gpt"), &[], &[]).unwrap();
    assert_eq!(
        (due(NOW_MS + 9, 9), store.next_expiry()),
        (vec!["2".to_owned(), "3".to_owned()], Ok(Some(NOW_MS + 2 + HOUR_MS)),)
    );
}

fn what_was_spent_is_added_up_and_told_in_batches(store: &dyn BudgetStore) {
    assert_eq!((store.batch("one", NOW_MS), store.has_unreported()), (Ok(None), Ok(false)));
    let (from_ms, to_ms) = Window::Month.around(NOW_MS);
    let a = call("a", NOW_MS, Some("key_1"), "gpt", 1);
    let b = call("b", NOW_MS + HOUR_MS, None, "gpt", 1);
    let before = call("c", from_ms - 1, Some("key_1"), "gpt", 1);
    store.write(&a, &[], &[change(&a, 1, 100, 6_000)]).unwrap();
    store.write(&b, &[], &[change(&b, 1, 10, 500)]).unwrap();
    store.write(&before, &[], &[change(&before, 1, 10, 1)]).unwrap();
    let sums = |from_ms, to_ms| -> Vec<(Option<String>, u64, u64, u64, u64)> {
        let spends = store.spend(from_ms, to_ms, 9).unwrap();
        spends
            .into_iter()
            .map(|spend| (spend.key, spend.calls, spend.tokens_in, spend.tokens_out, spend.nanos))
            .collect()
    };
    let ours = || Some("key_1".to_owned());
    assert_eq!(sums(from_ms, to_ms), [(ours(), 1, 100, 50, 6_000), (None, 1, 10, 5, 500)]);
    assert_eq!(sums(0, from_ms), [(ours(), 1, 10, 5, 1)]);
    assert_eq!(store.spend(from_ms, to_ms, 1).unwrap().len(), 1);

    let first = store.batch("one", NOW_MS).unwrap().unwrap();
    let told = |nanos: fn(&app::ports::Counted) -> u64, batch: &app::ports::SpendBatch| {
        batch.counts.iter().map(nanos).sum::<u64>()
    };
    let cost = |batch: &_| told(|counted| counted.amounts.cost_nanos, batch);
    let back = |batch: &_| told(|counted| counted.taken_back.cost_nanos, batch);
    assert_eq!((first.batch_id.as_str(), first.counts.len(), cost(&first)), ("one", 3, 6_501));
    // What it took in the end was less.
    store.write(&a, &[], &[change(&a, 0, -60, -2_000)]).unwrap();
    assert_eq!(store.batch("two", NOW_MS), Ok(Some(first)), "the same until it is done, whatever comes");
    store.batch_done("one").unwrap();
    assert_eq!(store.has_unreported(), Ok(true));
    let second = store.batch("two", NOW_MS).unwrap().unwrap();
    assert_eq!((second.batch_id.as_str(), cost(&second), back(&second)), ("two", 0, 2_000));
    store.batch_done("two").unwrap();
    assert_eq!((store.batch("three", NOW_MS), store.has_unreported()), (Ok(None), Ok(false)));
    assert_eq!(sums(from_ms, to_ms)[0], (ours(), 1, 40, 20, 4_000));
    store.write(&b, &[], &[change(&b, -1, -10, -500)]).unwrap();
    assert_eq!(sums(from_ms, to_ms).len(), 1, "what came to nothing is not told");
}

fn what_is_old_is_forgotten_and_what_is_open_is_not(store: &dyn BudgetStore) {
    let old = call("old", NOW_MS - 10, None, "gpt", 1);
    let ended = BudgetCall { call_id: "ended".into(), ..settled(&old, 1, "gpt") };
    let new = BudgetCall { call_id: "new".into(), at_ms: NOW_MS, ..settled(&old, 1, "gpt") };
    for call in [&old, &ended, &new] {
        store.write(call, &[], &[change(call, 1, 2, 3)]).unwrap();
    }
    let (day_ms, _) = Window::Day.around(NOW_MS);
    store.forget(NOW_MS, day_ms).unwrap();
    assert_eq!(
        (store.call("old"), store.call("ended"), store.call("new")),
        (Ok(Some(old)), Ok(None), Ok(Some(new)),)
    );
    assert_eq!(store.spend(0, NOW_MS, 9).unwrap().len(), 1);
    store.forget(NOW_MS, day_ms + 1).unwrap();
    assert_eq!(store.spend(0, NOW_MS, 9), Ok(Vec::new()));
}

fn one_tenants_store_is_not_anothers(store: &dyn BudgetStore, other: &dyn BudgetStore) {
    let call = call("a", NOW_MS, None, "gpt", 1);
    let limits = BudgetLimits {
        version: 1,
        updated_by: Some("ada".into()),
        updated_at: Some(Timestamp::from_unix_ms(1)),
        limits: Vec::new(),
    };
    for store in [store, other] {
        store.set_limits(&limits).unwrap();
        store.write(&call, &[], &[change(&call, 1, 2, 3)]).unwrap();
    }
    assert!(store.rows().unwrap() >= 3);
    store.erase().unwrap();
    assert_eq!(
        (store.rows(), store.call("a"), store.limits()),
        (Ok(0), Ok(None), Ok(BudgetLimits::default()))
    );
    assert_eq!((other.call("a"), other.limits()), (Ok(Some(call)), Ok(limits)));
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    #[test]
    fn a_budget_in_memory_is_a_budget_store() {
        super::budget_store_suite(&|| Rc::new(crate::MemoryBudget::default()));
    }
}
