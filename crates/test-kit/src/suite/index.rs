//! Claims about the search index. They are about what is found and in which order; an index gives its own scores.

use app::ports::{EmbeddedPassage, IndexHit, Origin, PassageIndex, Wanted};
use contracts::Timestamp;
use contracts::pipeline::{HitKind, SearchFilter};
use ids::{ChunkId, EventId, SignalId, TenantId};
use mesh::TraceContext;

use super::SUITE_DIMENSIONS;
use crate::Fixtures;

const DAY_MS: u64 = 86_400_000;

fn trace() -> TraceContext {
    TraceContext::from_random([7; 24])
}

/// The unit vector along one axis.
fn axis(n: usize) -> Vec<f32> {
    let mut vector = vec![0.0; SUITE_DIMENSIONS];
    vector[n] = 1.0;
    vector
}

fn id(number: u8) -> String {
    ChunkId::from_parts(1_795_330_800_000, [number; 10]).to_string()
}

fn passage(number: u8, text: &str, vector: Vec<f32>) -> EmbeddedPassage {
    EmbeddedPassage {
        id: id(number),
        kind: HitKind::Passage,
        text: text.into(),
        account: Some("ACME".into()),
        start: u32::from(number),
        vector,
    }
}

fn signal(number: u8, text: &str, vector: Vec<f32>) -> EmbeddedPassage {
    let id = SignalId::from_parts(1_795_330_800_000, [number; 10]).to_string();
    EmbeddedPassage { id, kind: HitKind::Signal, ..passage(number, text, vector) }
}

fn origin(event_id: EventId) -> Origin {
    Origin {
        event_id,
        source: "zoom".into(),
        title: Some("Weekly".into()),
        occurred_at: Timestamp::from_unix_ms(10 * DAY_MS),
    }
}

fn wanted(query: &str, vector: &[f32]) -> Wanted {
    Wanted { query: query.into(), vector: vector.to_vec(), limit: 10, ..Wanted::default() }
}

async fn hits(index: &dyn PassageIndex, tenant: TenantId, wanted: &Wanted) -> Vec<IndexHit> {
    index.search(tenant, trace(), wanted).await.unwrap()
}

async fn find(index: &dyn PassageIndex, tenant: TenantId, query: &str, vector: &[f32]) -> Vec<String> {
    hits(index, tenant, &wanted(query, vector)).await.into_iter().map(|hit| hit.id).collect()
}

pub(super) async fn words_and_vectors_both_find(index: &dyn PassageIndex) {
    let make = Fixtures::new(701);
    let (ours, event_id) = (make.tenant(), make.event().event_id);
    let passages = [
        passage(1, "We approved fifty thousand.", axis(0)),
        passage(2, "The weather in Lisbon", axis(1)),
        passage(3, "A passage of which no word is known: marmalade", vec![0.0; SUITE_DIMENSIONS]),
    ];
    index.upsert(ours, trace(), &origin(event_id), &passages).await.unwrap();
    assert_eq!(find(index, ours, "lisbon", &axis(9)).await.first(), Some(&id(2)), "by word");
    assert_eq!(find(index, ours, "budget", &axis(0)).await.first(), Some(&id(1)), "by meaning");
    assert_eq!(find(index, ours, "marmalade", &[]).await, [id(3)], "without a vector, by word");
    let hits = hits(index, ours, &wanted("approved thousand", &axis(0))).await;
    let best = hits.first().unwrap();
    assert_eq!((best.id.as_str(), best.text.as_str()), (id(1).as_str(), "We approved fifty thousand."));
    assert_eq!(
        (best.event_id, best.kind, best.account.as_deref()),
        (event_id, HitKind::Passage, Some("ACME"))
    );
    let origin = origin(event_id);
    assert_eq!((best.source.as_ref(), best.title.as_ref()), (Some(&origin.source), origin.title.as_ref()));
    assert_eq!((best.occurred_at, best.start), (Some(origin.occurred_at), 1));
    assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.score)), "{hits:?}");
    assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.words)), "{hits:?}");
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score), "{hits:?}");
}

pub(super) async fn upserting_replaces_by_id(index: &dyn PassageIndex) {
    let make = Fixtures::new(702);
    let (ours, event_id) = (make.tenant(), make.event().event_id);
    for text in ["an early word: marmalade", "a late word: rhubarb"] {
        index.upsert(ours, trace(), &origin(event_id), &[passage(1, text, axis(0))]).await.unwrap();
    }
    let found = hits(index, ours, &wanted("rhubarb", &axis(0))).await;
    assert_eq!(found.iter().map(|hit| hit.text.as_str()).collect::<Vec<_>>(), ["a late word: rhubarb"]);
    let gone = find(index, ours, "marmalade", &axis(9)).await;
    assert_eq!(gone, Vec::<String>::new(), "the word that was replaced finds nothing");
    // And so does the vector of a text that has none any more.
    let without = passage(1, "a last word: quince", vec![0.0; SUITE_DIMENSIONS]);
    index.upsert(ours, trace(), &origin(event_id), &[without]).await.unwrap();
    assert_eq!(find(index, ours, "unheard of", &axis(0)).await, Vec::<String>::new());
}

pub(super) async fn another_tenant_finds_nothing(index: &dyn PassageIndex) {
    let make = Fixtures::new(703);
    let (ours, theirs, event_id) = (make.tenant(), make.tenant(), make.event().event_id);
    let secret = passage(1, "their secret plan", axis(0));
    index.upsert(theirs, trace(), &origin(event_id), &[secret]).await.unwrap();
    assert_eq!(find(index, ours, "secret plan", &axis(0)).await, Vec::<String>::new());
    let own = passage(1, "our own plan", axis(0));
    index.upsert(ours, trace(), &origin(event_id), &[own]).await.unwrap();
    let found = hits(index, theirs, &wanted("plan", &axis(0))).await;
    let texts: Vec<_> = found.iter().map(|hit| hit.text.as_str()).collect();
    assert_eq!(texts, ["their secret plan"], "the same id of another tenant replaces nothing");
}

pub(super) async fn kind_and_limit_narrow(index: &dyn PassageIndex) {
    let make = Fixtures::new(704);
    let (ours, event_id) = (make.tenant(), make.event().event_id);
    let passages: Vec<_> = (0..6)
        .map(|n| {
            let make = if n % 2 == 0 { passage } else { signal };
            make(n, "the same words in each", axis(usize::from(n)))
        })
        .collect();
    index.upsert(ours, trace(), &origin(event_id), &passages).await.unwrap();
    for (kind, limit, expect) in [(None, 10, 6), (None, 2, 2), (Some(HitKind::Signal), 10, 3)] {
        let asked = Wanted { kind, limit, ..wanted("same words", &axis(0)) };
        let found = hits(index, ours, &asked).await;
        assert_eq!(found.len(), expect, "{kind:?} {limit}");
        assert!(found.iter().all(|hit| kind.is_none_or(|kind| hit.kind == kind)), "{found:?}");
    }
}

pub(super) async fn filters_narrow_what_words_and_vectors_find(index: &dyn PassageIndex) {
    let make = Fixtures::new(706);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let (first, second) = (make.event().event_id, make.event().event_id);
    let at = |day: u64| Timestamp::from_unix_ms(day * DAY_MS);
    let later = Origin { source: "slack".into(), occurred_at: at(20), ..origin(second) };
    let other = EmbeddedPassage { account: None, ..passage(2, "walnut harvest", axis(3)) };
    index.upsert(ours, trace(), &origin(first), &[passage(1, "walnut harvest", axis(3))]).await.unwrap();
    index.upsert(ours, trace(), &later, &[other]).await.unwrap();
    index.upsert(theirs, trace(), &later, &[passage(3, "walnut harvest", axis(3))]).await.unwrap();
    let all = SearchFilter::default;
    let cases = [
        (all(), vec![id(1), id(2)]),
        (SearchFilter { account: Some("acme".into()), ..all() }, vec![id(1)]),
        (SearchFilter { account: Some("acme gmbh".into()), ..all() }, vec![]),
        (SearchFilter { source: Some("slack".into()), ..all() }, vec![id(2)]),
        (SearchFilter { since: Some(at(10)), until: Some(at(10)), ..all() }, vec![id(1)]),
        (SearchFilter { since: Some(at(11)), ..all() }, vec![id(2)]),
        (SearchFilter { until: Some(at(19)), ..all() }, vec![id(1)]),
        (SearchFilter { event_id: Some(second), ..all() }, vec![id(2)]),
        (SearchFilter { event_id: Some(second), source: Some("zoom".into()), ..all() }, vec![]),
    ];
    for (filter, expected) in cases {
        for (query, vector) in [("walnut", &axis(9)), ("unheard of", &axis(3)), ("walnut", &axis(3))] {
            let asked = Wanted { filter: filter.clone(), ..wanted(query, vector) };
            let mut found: Vec<_> = hits(index, ours, &asked).await.into_iter().map(|hit| hit.id).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{query} {filter:?}");
        }
    }
}

pub(super) async fn what_is_forgotten_is_not_found(index: &dyn PassageIndex) {
    let make = Fixtures::new(705);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let (event, other) = (make.event().event_id, make.event().event_id);
    let put = async |tenant, event_id, numbers: &[u8]| {
        let passages: Vec<_> =
            numbers.iter().map(|number| passage(*number, "walnut harvest", axis(3))).collect();
        index.upsert(tenant, trace(), &origin(event_id), &passages).await.unwrap();
    };
    put(ours, event, &[1, 2, 3]).await;
    put(ours, other, &[4]).await;
    put(theirs, event, &[1]).await;
    let forget = async |event_id, at_most| {
        let done = index.forget(ours, trace(), event_id, at_most).await.unwrap();
        (done.removed, done.left)
    };
    assert_eq!(forget(Some(event), 0).await, (0, 3), "only counted");
    assert_eq!(forget(Some(event), 2).await, (2, 1));
    assert_eq!(forget(Some(event), 10).await, (1, 0));
    assert_eq!(forget(Some(event), 10).await, (0, 0), "asking again is harmless");
    assert_eq!(find(index, ours, "walnut", &axis(3)).await, [id(4)], "another event's stays");
    assert_eq!(find(index, ours, "walnut", &axis(9)).await, [id(4)], "by words alone");
    assert_eq!(forget(None, 10).await, (1, 0));
    assert_eq!(find(index, ours, "walnut", &axis(3)).await, Vec::<String>::new());
    assert_eq!(find(index, theirs, "walnut", &axis(3)).await, [id(1)], "another tenant's stays");
}
