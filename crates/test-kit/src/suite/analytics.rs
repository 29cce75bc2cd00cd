//! Claims about what is summed up of all tenants' usage, whatever sums it up.

use app::ports::{Counted, SummedUsage, UsageOverview, UsageStore, UsageSummaries};
use contracts::Timestamp;
use contracts::pipeline::analytics::Backlog;
use contracts::pipeline::usage::{UsageAmounts, UsageSubject};

use crate::Fixtures;

const DAY_MS: u64 = 86_400_000;
const HOUR_MS: u64 = 3_600_000;
/// 2026-11-22.
const TODAY: u64 = 20_779;

fn asked(at_ms: u64, operation: &str, requests: u64) -> Counted {
    let of = UsageSubject::Requests { operation: operation.into(), key: None };
    let amounts = UsageAmounts { requests, failed: requests / 3, ..UsageAmounts::default() };
    Counted::new(Timestamp::from_unix_ms(at_ms), of, amounts)
}

fn called(at_ms: u64, cost_nanos: u64) -> Counted {
    let of = UsageSubject::Model { model: "gpt".into(), key: None };
    let amounts = UsageAmounts {
        model_calls: 1,
        tokens_in: 900,
        tokens_out: 30,
        cost_nanos,
        ..UsageAmounts::default()
    };
    Counted::new(Timestamp::from_unix_ms(at_ms), of, amounts)
}

/// What is written through `store` is summed up by `summaries`: by day and by tenant, over all and of one; a batch that
/// comes again counts once, and what was too much is taken back. Both must be empty.
///
/// # Panics
/// When it does not hold.
pub async fn usage_summaries_suite(store: &dyn UsageStore, summaries: &dyn UsageSummaries) {
    let make = Fixtures::new(90);
    let (one, two) = (make.tenant(), make.tenant());
    let (today, yesterday) = (TODAY * DAY_MS, (TODAY - 1) * DAY_MS);
    let now = Timestamp::from_unix_ms(today + 5 * HOUR_MS);
    let first =
        [asked(today, "search", 7), asked(today + HOUR_MS, "list_events", 2), called(yesterday, 5_000_000)];
    assert_eq!(store.add(one, "a", &first, now).await, Ok(true));
    assert_eq!(store.add(one, "a", &first, now).await, Ok(false), "the same batch again");
    assert_eq!(
        store.add(two, "a", &[asked(today, "search", 30), called(today, 9_000_000)], now).await,
        Ok(true)
    );
    let less = UsageAmounts { tokens_out: 20, cost_nanos: 4_000_000, ..UsageAmounts::default() };
    let back = Counted { amounts: UsageAmounts::default(), taken_back: less, ..called(today, 0) };
    assert_eq!(store.add(two, "b", &[back], now).await, Ok(true));
    // Beyond what is asked for.
    assert_eq!(store.add(two, "c", &[asked(today - 2 * DAY_MS, "search", 500)], now).await, Ok(true));

    let requests = |requests, failed| UsageAmounts { requests, failed, ..UsageAmounts::default() };
    let call = |tokens_out, cost_nanos| UsageAmounts {
        model_calls: 1,
        tokens_in: 900,
        tokens_out,
        cost_nanos,
        ..UsageAmounts::default()
    };
    let both = |mut amounts: UsageAmounts, other| {
        amounts.add(other);
        amounts
    };
    let of_one = both(requests(9, 2), call(30, 5_000_000));
    let of_two = both(requests(30, 10), call(10, 5_000_000));
    let expected = SummedUsage {
        days: vec![(TODAY - 1, call(30, 5_000_000)), (TODAY, both(requests(39, 12), call(10, 5_000_000)))],
        tenants: vec![(one, of_one), (two, of_two)],
    };
    assert!(one < two, "tenants are told in the order of their ids");
    assert_eq!(summaries.between(None, TODAY - 1, TODAY + 1).await, Ok(expected));
    let expected = SummedUsage {
        days: vec![(TODAY - 1, call(30, 5_000_000)), (TODAY, requests(9, 2))],
        tenants: vec![(one, of_one)],
    };
    assert_eq!(summaries.between(Some(one), TODAY - 1, TODAY + 1).await, Ok(expected));
    let nothing = summaries.between(Some(make.tenant()), TODAY - 1, TODAY + 1).await;
    assert_eq!(nothing, Ok(SummedUsage::default()), "another tenant has used nothing");
    let earlier = summaries.between(None, TODAY - 2, TODAY - 1).await.unwrap();
    assert_eq!(earlier.days, [(TODAY - 2, requests(500, 166))]);
}

/// What is known of the whole is the sum over tenants, and the most that was seen of what waits.
///
/// # Panics
/// When it does not hold.
pub async fn usage_overview_suite(store: &dyn UsageStore, overview: &dyn UsageOverview) {
    let make = Fixtures::new(91);
    let today = TODAY * DAY_MS;
    let now = Timestamp::from_unix_ms(today);
    for tenant in [make.tenant(), make.tenant()] {
        let counts = [asked(today, "search", 4), asked(today + HOUR_MS, "search", 5)];
        store.add(tenant, "a", &counts, now).await.unwrap();
        store.add(tenant, "b", &counts[..1], now).await.unwrap();
    }
    let of = |amounts: Vec<(u64, UsageAmounts)>| -> Vec<(u64, u64)> {
        amounts.into_iter().map(|(period, amounts)| (period, amounts.requests)).collect()
    };
    let hour = TODAY * 24;
    assert_eq!(of(overview.hours(hour, hour + 24).await.unwrap()), [(hour, 16), (hour + 1, 10)]);
    assert_eq!(of(overview.hours(hour + 1, hour + 2).await.unwrap()), [(hour + 1, 10)]);
    assert_eq!(of(overview.days(TODAY - 9, TODAY + 1).await.unwrap()), [(TODAY, 26)]);

    let backlog = |outbox, dead_letters| Backlog { outbox, dead_letters };
    assert_eq!(overview.waiting().await, Ok(backlog(0, 0)));
    for (minutes, seen) in [(0, backlog(3, 1)), (1, backlog(9, 0)), (2, backlog(2, 0)), (60, backlog(1, 0))] {
        let at = Timestamp::from_unix_ms(today + minutes * 60_000);
        overview.note_backlog(at, seen).await.unwrap();
    }
    let kept = overview.backlog(hour, hour + 2).await.unwrap();
    assert_eq!(kept, [(hour, backlog(9, 1)), (hour + 1, backlog(1, 0))]);
    assert_eq!(overview.backlog(hour + 2, hour + 9).await.unwrap(), []);
}
