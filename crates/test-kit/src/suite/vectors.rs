//! Claims about an index of vectors. What was written may show late: `settle` waits until it does.

use app::ports::{VectorFacts, VectorIndex, VectorRecord};
use contracts::Timestamp;
use contracts::pipeline::{HitKind, SearchFilter};
use ids::{ChunkId, EventId, SignalId, TenantId};

use super::SUITE_DIMENSIONS;
use crate::Fixtures;

const DAY_MS: u64 = 86_400_000;

fn axis(n: usize) -> Vec<f32> {
    let mut vector = vec![0.0; SUITE_DIMENSIONS];
    vector[n] = 1.0;
    vector
}

/// Between two axes, nearer to the first the smaller the angle.
fn between(first: usize, second: usize, angle: f32) -> Vec<f32> {
    let mut vector = vec![0.0; SUITE_DIMENSIONS];
    (vector[first], vector[second]) = (angle.cos(), angle.sin());
    vector
}

fn id(number: u16) -> String {
    let [high, low] = number.to_be_bytes();
    ChunkId::from_parts(1_795_330_800_000, [high, low, 0, 0, 0, 0, 0, 0, 0, 1]).to_string()
}

fn record(number: u16, event_id: EventId, vector: Vec<f32>) -> VectorRecord {
    let facts = VectorFacts {
        kind: HitKind::Passage,
        event_id,
        account: Some("acme".into()),
        source: Some("zoom".into()),
        occurred_at: Some(Timestamp::from_unix_ms(10 * DAY_MS)),
    };
    VectorRecord { id: id(number), facts, vector }
}

async fn nearest(index: &dyn VectorIndex, tenant: TenantId, vector: &[f32], limit: u32) -> Vec<String> {
    let found = index.query(tenant, vector, None, &SearchFilter::default(), limit).await.unwrap();
    assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score), "{found:?}");
    found.into_iter().map(|found| found.id).collect()
}

pub(super) async fn the_nearest_come_first(index: &dyn VectorIndex, settle: &dyn Fn()) {
    let make = Fixtures::new(801);
    let (ours, event_id) = (make.tenant(), make.event().event_id);
    let records: Vec<_> = (1..=5).map(|n| record(n, event_id, between(0, 1, f32::from(n) * 0.2))).collect();
    index.upsert(ours, &records).await.unwrap();
    settle();
    assert_eq!(nearest(index, ours, &axis(0), 3).await, [id(1), id(2), id(3)]);
    assert_eq!(nearest(index, ours, &axis(1), 2).await, [id(5), id(4)]);
    let found = index.query(ours, &axis(0), None, &SearchFilter::default(), 1).await.unwrap();
    assert!((found[0].score - 0.2_f32.cos()).abs() < 0.01, "{found:?}");
}

pub(super) async fn writing_replaces_and_deleting_removes(index: &dyn VectorIndex, settle: &dyn Fn()) {
    let make = Fixtures::new(802);
    let (ours, first, second) = (make.tenant(), make.event().event_id, make.event().event_id);
    let records = [record(1, first, axis(0)), record(2, first, axis(1)), record(3, second, axis(2))];
    index.upsert(ours, &records).await.unwrap();
    index.upsert(ours, &[record(1, first, axis(4))]).await.unwrap();
    settle();
    assert_eq!(nearest(index, ours, &axis(4), 1).await, [id(1)]);
    let found = index.query(ours, &axis(0), None, &SearchFilter::default(), 5).await.unwrap();
    assert!(found.iter().all(|found| found.score < 0.5), "it moved: {found:?}");
    index.delete(ours, &[id(2), id(9)]).await.unwrap();
    settle();
    assert!(!nearest(index, ours, &axis(1), 9).await.contains(&id(2)));
    index.delete_event(ours, first, &[id(1)]).await.unwrap();
    index.delete_event(ours, first, &[]).await.unwrap();
    settle();
    assert!(!nearest(index, ours, &axis(4), 9).await.contains(&id(1)));
    assert_eq!(nearest(index, ours, &axis(2), 1).await, [id(3)], "another event's stays");
}

pub(super) async fn another_tenant_is_another_space(index: &dyn VectorIndex, settle: &dyn Fn()) {
    let make = Fixtures::new(803);
    let (ours, theirs, event_id) = (make.tenant(), make.tenant(), make.event().event_id);
    index.upsert(theirs, &[record(1, event_id, axis(0))]).await.unwrap();
    settle();
    assert_eq!(nearest(index, ours, &axis(0), 5).await, Vec::<String>::new());
    index.upsert(ours, &[record(1, event_id, axis(1)), record(2, event_id, axis(1))]).await.unwrap();
    settle();
    assert_eq!(nearest(index, theirs, &axis(0), 5).await, [id(1)], "the same id is another vector");
    index.delete(ours, &[id(1)]).await.unwrap();
    index.delete_event(ours, event_id, &[id(2)]).await.unwrap();
    settle();
    assert_eq!(nearest(index, theirs, &axis(0), 5).await, [id(1)]);
}

pub(super) async fn filters_narrow(index: &dyn VectorIndex, settle: &dyn Fn()) {
    let make = Fixtures::new(804);
    let (ours, first, second) = (make.tenant(), make.event().event_id, make.event().event_id);
    let at = |day: u64| Timestamp::from_unix_ms(day * DAY_MS);
    let mut other = record(2, second, axis(3));
    other.facts =
        VectorFacts { account: None, source: Some("slack".into()), occurred_at: Some(at(20)), ..other.facts };
    let mut quote = record(3, second, axis(3));
    quote.id = SignalId::from_parts(1_795_330_800_000, [3; 10]).to_string();
    quote.facts = VectorFacts { kind: HitKind::Signal, ..other.facts.clone() };
    let signal = quote.id.clone();
    index.upsert(ours, &[record(1, first, axis(3)), other, quote]).await.unwrap();
    settle();
    let all = SearchFilter::default;
    let cases = [
        (None, all(), vec![id(1), id(2), signal.clone()]),
        (Some(HitKind::Passage), all(), vec![id(1), id(2)]),
        (Some(HitKind::Signal), all(), vec![signal.clone()]),
        (None, SearchFilter { account: Some("acme".into()), ..all() }, vec![id(1)]),
        (None, SearchFilter { source: Some("slack".into()), ..all() }, vec![id(2), signal.clone()]),
        (None, SearchFilter { since: Some(at(10)), until: Some(at(10)), ..all() }, vec![id(1)]),
        (Some(HitKind::Passage), SearchFilter { since: Some(at(11)), ..all() }, vec![id(2)]),
        (None, SearchFilter { event_id: Some(first), ..all() }, vec![id(1)]),
        (None, SearchFilter { event_id: Some(first), source: Some("slack".into()), ..all() }, vec![]),
    ];
    for (kind, filter, expected) in cases {
        let found = index.query(ours, &axis(3), kind, &filter, 9).await.unwrap();
        let mut ids: Vec<_> = found.into_iter().map(|found| found.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, expected, "{kind:?} {filter:?}");
    }
}

pub(super) async fn thousands_at_once_are_taken(index: &dyn VectorIndex, settle: &dyn Fn()) {
    let make = Fixtures::new(805);
    let (ours, event_id) = (make.tenant(), make.event().event_id);
    let count = 2_500_u16;
    let records: Vec<_> = (0..count)
        .map(|n| record(n, event_id, between(0, 1, 1.0 + f32::from(n) / f32::from(count) * 0.5)))
        .chain([record(count, event_id, axis(0))])
        .collect();
    index.upsert(ours, &records).await.unwrap();
    settle();
    assert_eq!(nearest(index, ours, &axis(0), 500).await.first(), Some(&id(count)));
    let ids: Vec<String> = (0..=count).map(id).collect();
    index.delete_event(ours, event_id, &ids).await.unwrap();
    settle();
    assert_eq!(nearest(index, ours, &axis(0), 5).await, Vec::<String>::new());
    index.upsert(ours, &[]).await.unwrap();
    index.delete(ours, &[]).await.unwrap();
}
