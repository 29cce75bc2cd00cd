//! Claims about a store of usage.

use app::ports::{Counted, UsageStore};
use app::usage::BATCHES_KEPT_MS;
use contracts::Timestamp;
use contracts::pipeline::usage::{UsageAmounts, UsageGroup, UsageSubject};
use domain::usage::{DAILY_DAYS, Grain, HOURLY_DAYS, Span};
use ids::TenantId;

use crate::Fixtures;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// 2026-11-22, midnight.
const TODAY_MS: u64 = 1_795_305_600_000;
const MANY: u32 = 100;

const fn at(unix_ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(unix_ms)
}

fn requests(operation: &str, key: Option<&str>) -> UsageSubject {
    UsageSubject::Requests { operation: operation.into(), key: key.map(str::to_owned) }
}

fn model(name: &str) -> UsageSubject {
    UsageSubject::Model { model: name.into(), key: None }
}

fn counted(at_ms: u64, of: UsageSubject, amounts: UsageAmounts) -> Counted {
    Counted::new(at(at_ms), of, amounts)
}

fn asked(requests: u64) -> UsageAmounts {
    UsageAmounts { requests, refused: 1, ..UsageAmounts::default() }
}

const CALL: UsageAmounts = UsageAmounts {
    requests: 0,
    refused: 0,
    failed: 0,
    events: 0,
    model_calls: 1,
    tokens_in: 700,
    tokens_out: 30,
    // More than fits 32 bits.
    cost_nanos: 5_000_000_000,
    cache_hits: 1,
    saved_tokens: 70,
    saved_nanos: 6_000_000_000,
};

const fn hours(from: u64, to: u64) -> Span {
    Span { grain: Grain::Hours, from: TODAY_MS / HOUR_MS + from, to: TODAY_MS / HOUR_MS + to }
}

async fn names(
    store: &dyn UsageStore,
    tenant: TenantId,
    span: Span,
    group: UsageGroup,
) -> Vec<(String, u64)> {
    let sums = store.sums(tenant, span, group, MANY).await.unwrap();
    sums.groups.into_iter().map(|(name, amounts)| (name, amounts.requests + amounts.model_calls)).collect()
}

/// Every claim about a [`UsageStore`] that is empty.
///
/// # Panics
/// When one does not hold.
pub async fn usage_store_suite(store: &dyn UsageStore) {
    what_is_added_is_told_apart_by_every_group(store).await;
    a_batch_counts_once(store).await;
    models_are_told_apart_by_key_and_what_was_too_much_is_taken_back(store).await;
    days_are_the_sums_of_their_hours(store).await;
    another_tenants_usage_is_not_seen(store).await;
    what_can_no_longer_be_asked_for_is_forgotten(store).await;
}

async fn what_is_added_is_told_apart_by_every_group(store: &dyn UsageStore) {
    let tenant = Fixtures::new(70).tenant();
    let counts = [
        counted(TODAY_MS + 1, requests("get_event", Some("wft_a")), asked(3)),
        counted(TODAY_MS + 2, requests("get_event", Some("wft_b")), asked(4)),
        counted(TODAY_MS + HOUR_MS, requests("receive_hook", None), asked(2)),
        counted(TODAY_MS + HOUR_MS, model("gpt"), CALL),
        // Beyond what is asked for.
        counted(TODAY_MS + 2 * HOUR_MS, requests("get_event", Some("wft_a")), asked(100)),
        counted(TODAY_MS - 1, requests("get_event", Some("wft_a")), asked(100)),
    ];
    store.add(tenant, "one", &counts, at(TODAY_MS)).await.unwrap();
    // The same again, in a batch of its own, adds up.
    store.add(tenant, "two", &counts[..1], at(TODAY_MS)).await.unwrap();
    let span = hours(0, 2);
    let sums = store.sums(tenant, span, UsageGroup::Hour, MANY).await.unwrap();
    assert_eq!(sums.totals, UsageAmounts { requests: 12, refused: 4, ..CALL });
    let hour = TODAY_MS / HOUR_MS;
    let named = |pairs: &[(&str, u64)]| -> Vec<(String, u64)> {
        pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    };
    for (group, expected) in [
        (UsageGroup::Hour, vec![(hour.to_string(), 10), ((hour + 1).to_string(), 3)]),
        (UsageGroup::Day, vec![((hour / 24).to_string(), 13)]),
        (UsageGroup::Month, vec![((hour / 24).to_string(), 13)]),
        (UsageGroup::Operation, named(&[("get_event", 10), ("receive_hook", 2)])),
        (UsageGroup::Key, named(&[("wft_a", 6), ("wft_b", 4), ("", 3)])),
        (UsageGroup::Model, named(&[("gpt", 1)])),
    ] {
        assert_eq!(names(store, tenant, span, group).await, expected, "{group:?}");
    }
    let first = store.sums(tenant, span, UsageGroup::Operation, 1).await.unwrap();
    assert_eq!(first.groups.len(), 1, "at most so many groups");
}

async fn a_batch_counts_once(store: &dyn UsageStore) {
    let make = Fixtures::new(71);
    let (tenant, other) = (make.tenant(), make.tenant());
    let counts = [counted(TODAY_MS, model("gpt"), CALL)];
    for of in [tenant, tenant, other] {
        store.add(of, "same", &counts, at(TODAY_MS)).await.unwrap();
    }
    for of in [tenant, other] {
        let sums = store.sums(of, hours(0, 1), UsageGroup::Model, MANY).await.unwrap();
        assert_eq!(sums.totals, CALL, "a batch's name is the tenant's own");
    }
}

async fn models_are_told_apart_by_key_and_what_was_too_much_is_taken_back(store: &dyn UsageStore) {
    let make = Fixtures::new(75);
    let (tenant, other) = (make.tenant(), make.tenant());
    let of = |key: &str| UsageSubject::Model { model: "gpt".into(), key: Some(key.to_owned()) };
    let called = [counted(TODAY_MS, of("wft_a"), CALL), counted(TODAY_MS, of("wft_b"), CALL)];
    store.add(tenant, "one", &called, at(TODAY_MS)).await.unwrap();
    store.add(other, "one", &called, at(TODAY_MS)).await.unwrap();
    let less = UsageAmounts { tokens_out: 20, cost_nanos: 4_000_000_000, ..UsageAmounts::default() };
    let back = Counted { taken_back: less, ..counted(TODAY_MS, of("wft_a"), UsageAmounts::default()) };
    for _ in 0..2 {
        store.add(tenant, "two", std::slice::from_ref(&back), at(TODAY_MS)).await.unwrap();
    }
    let sums = store.sums(tenant, hours(0, 1), UsageGroup::Key, MANY).await.unwrap();
    let a = UsageAmounts { tokens_out: 10, cost_nanos: 1_000_000_000, ..CALL };
    assert_eq!(sums.groups, [("wft_a".to_owned(), a), ("wft_b".to_owned(), CALL)]);
    assert_eq!((sums.totals.cost_nanos, sums.totals.tokens_out), (6_000_000_000, 40));
    let sums = store.sums(tenant, hours(0, 1), UsageGroup::Model, MANY).await.unwrap();
    assert_eq!(sums.groups, [("gpt".to_owned(), sums.totals)], "keys of one model are one");
    let sums = store.sums(other, hours(0, 1), UsageGroup::Model, MANY).await.unwrap();
    assert_eq!(sums.totals.cost_nanos, 10_000_000_000);
}

async fn days_are_the_sums_of_their_hours(store: &dyn UsageStore) {
    let tenant = Fixtures::new(72).tenant();
    let subject = || requests("search", Some("wft_a"));
    let counts: Vec<_> =
        (0..48).map(|hour| counted(TODAY_MS + hour * HOUR_MS, subject(), asked(1))).collect();
    store.add(tenant, "b", &counts, at(TODAY_MS)).await.unwrap();
    let day = TODAY_MS / DAY_MS;
    let span = Span { grain: Grain::Days, from: day, to: day + 2 };
    for group in [UsageGroup::Day, UsageGroup::Month] {
        let expected = vec![(day.to_string(), 24), ((day + 1).to_string(), 24)];
        assert_eq!(names(store, tenant, span, group).await, expected, "{group:?}");
    }
    assert_eq!(names(store, tenant, span, UsageGroup::Key).await, [("wft_a".to_owned(), 48)]);
    let first = Span { to: day + 1, ..span };
    assert_eq!(store.sums(tenant, first, UsageGroup::Day, MANY).await.unwrap().totals.requests, 24);
}

async fn another_tenants_usage_is_not_seen(store: &dyn UsageStore) {
    let tenant = Fixtures::new(73).tenant();
    let sums = store.sums(tenant, hours(0, 48), UsageGroup::Operation, MANY).await.unwrap();
    assert_eq!(sums, app::ports::UsageSums::default());
}

async fn what_can_no_longer_be_asked_for_is_forgotten(store: &dyn UsageStore) {
    let tenant = Fixtures::new(74).tenant();
    // Long before anything that the other claims count.
    const THEN_MS: u64 = TODAY_MS - 3_000 * DAY_MS;
    let counts = [counted(THEN_MS, requests("old", None), asked(1))];
    store.add(tenant, "b", &counts, at(THEN_MS)).await.unwrap();
    let span = |grain: Grain| Span { grain, from: grain.of(THEN_MS), to: grain.of(THEN_MS) + 1 };
    let seen = async |grain| {
        store.sums(tenant, span(grain), UsageGroup::Operation, MANY).await.unwrap().totals.requests
    };
    store.forget(at(THEN_MS + HOURLY_DAYS * DAY_MS)).await.unwrap();
    assert_eq!((seen(Grain::Hours).await, seen(Grain::Days).await), (1, 1), "it can still be asked for");
    // Its batch is forgotten by now.
    const { assert!(BATCHES_KEPT_MS < HOURLY_DAYS * DAY_MS) };
    store.add(tenant, "b", &counts, at(THEN_MS + HOURLY_DAYS * DAY_MS)).await.unwrap();
    assert_eq!(seen(Grain::Hours).await, 2);
    store.forget(at(THEN_MS + (HOURLY_DAYS + 4) * DAY_MS)).await.unwrap();
    assert_eq!(seen(Grain::Hours).await, 0);
    store.forget(at(THEN_MS + (DAILY_DAYS + 4) * DAY_MS)).await.unwrap();
    assert_eq!(seen(Grain::Days).await, 0);
}

#[cfg(test)]
mod tests {
    #[test]
    fn usage_in_memory_is_a_usage_store() {
        crate::run(super::usage_store_suite(&crate::MemoryUsage::default()));
    }
}
