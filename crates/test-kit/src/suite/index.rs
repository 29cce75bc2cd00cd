//! Claims about the search index. They are about what is found and in which order; an index gives its own scores.

use app::ports::{EmbeddedPassage, PassageIndex};
use contracts::pipeline::HitKind;
use ids::TenantId;
use mesh::TraceContext;

use crate::Fixtures;

/// The length of the vectors that the claims use: that of the embedded model.
const DIMENSIONS: usize = 256;

fn trace() -> TraceContext {
    TraceContext::from_random([7; 24])
}

/// The unit vector along one axis.
fn axis(n: usize) -> Vec<f32> {
    let mut vector = vec![0.0; DIMENSIONS];
    vector[n] = 1.0;
    vector
}

fn passage(id: &str, kind: HitKind, text: &str, vector: Vec<f32>) -> EmbeddedPassage {
    EmbeddedPassage { id: id.into(), kind, text: text.into(), account: Some("ACME".into()), vector }
}

async fn find(index: &dyn PassageIndex, tenant: TenantId, query: &str, vector: &[f32]) -> Vec<String> {
    let hits = index.search(tenant, trace(), query, vector, None, 10).await.unwrap();
    hits.into_iter().map(|hit| hit.id).collect()
}

pub(super) async fn words_and_vectors_both_find(index: &dyn PassageIndex) {
    let make = Fixtures::new(701);
    let (ours, event_id) = (make.tenant(), make.event().event_id);
    let passages = [
        passage("a", HitKind::Passage, "We approved fifty thousand.", axis(0)),
        passage("b", HitKind::Passage, "The weather in Lisbon", axis(1)),
    ];
    index.upsert(ours, trace(), event_id, &passages).await.unwrap();
    assert_eq!(find(index, ours, "lisbon", &axis(9)).await.first().map(String::as_str), Some("b"), "by word");
    assert_eq!(
        find(index, ours, "budget", &axis(0)).await.first().map(String::as_str),
        Some("a"),
        "by meaning"
    );
    let hits = index.search(ours, trace(), "approved thousand", &axis(0), None, 10).await.unwrap();
    let best = hits.first().unwrap();
    assert_eq!((best.id.as_str(), best.text.as_str()), ("a", "We approved fifty thousand."));
    assert_eq!(
        (best.event_id, best.kind, best.account.as_deref()),
        (event_id, HitKind::Passage, Some("ACME"))
    );
    assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.score)), "{hits:?}");
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score), "{hits:?}");
}

pub(super) async fn upserting_replaces_by_id(index: &dyn PassageIndex) {
    let make = Fixtures::new(702);
    let (ours, event_id) = (make.tenant(), make.event().event_id);
    for text in ["an early word: marmalade", "a late word: rhubarb"] {
        index
            .upsert(ours, trace(), event_id, &[passage("a", HitKind::Passage, text, axis(0))])
            .await
            .unwrap();
    }
    let hits = index.search(ours, trace(), "rhubarb", &axis(0), None, 10).await.unwrap();
    assert_eq!(hits.iter().map(|hit| hit.text.as_str()).collect::<Vec<_>>(), ["a late word: rhubarb"]);
    assert!(
        find(index, ours, "marmalade", &axis(9)).await.is_empty(),
        "the word that was replaced finds nothing"
    );
}

pub(super) async fn another_tenant_finds_nothing(index: &dyn PassageIndex) {
    let make = Fixtures::new(703);
    let (ours, theirs, event_id) = (make.tenant(), make.tenant(), make.event().event_id);
    let secret = passage("a", HitKind::Passage, "their secret plan", axis(0));
    index.upsert(theirs, trace(), event_id, &[secret]).await.unwrap();
    assert_eq!(find(index, ours, "secret plan", &axis(0)).await, Vec::<String>::new());
    let own = passage("a", HitKind::Passage, "our own plan", axis(0));
    index.upsert(ours, trace(), event_id, &[own]).await.unwrap();
    let hits = index.search(theirs, trace(), "plan", &axis(0), None, 10).await.unwrap();
    let texts: Vec<_> = hits.iter().map(|hit| hit.text.as_str()).collect();
    assert_eq!(texts, ["their secret plan"], "the same id of another tenant replaces nothing");
}

pub(super) async fn kind_and_limit_narrow(index: &dyn PassageIndex) {
    let make = Fixtures::new(704);
    let (ours, event_id) = (make.tenant(), make.event().event_id);
    let passages: Vec<_> = (0..6)
        .map(|n| {
            let kind = if n % 2 == 0 { HitKind::Passage } else { HitKind::Signal };
            passage(&format!("p{n}"), kind, "the same words in each", axis(n))
        })
        .collect();
    index.upsert(ours, trace(), event_id, &passages).await.unwrap();
    for (kind, limit, expect) in [(None, 10, 6), (None, 2, 2), (Some(HitKind::Signal), 10, 3)] {
        let hits = index.search(ours, trace(), "same words", &axis(0), kind, limit).await.unwrap();
        assert_eq!(hits.len(), expect, "{kind:?} {limit}");
        assert!(hits.iter().all(|hit| kind.is_none_or(|kind| hit.kind == kind)), "{hits:?}");
    }
}

pub(super) async fn what_is_forgotten_is_not_found(index: &dyn PassageIndex) {
    let make = Fixtures::new(705);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let (event, other) = (make.event().event_id, make.event().event_id);
    let put = async |tenant, event_id, names: &[&str]| {
        let passages: Vec<_> =
            names.iter().map(|id| passage(id, HitKind::Passage, "walnut harvest", axis(3))).collect();
        index.upsert(tenant, trace(), event_id, &passages).await.unwrap();
    };
    put(ours, event, &["a", "b", "c"]).await;
    put(ours, other, &["d"]).await;
    put(theirs, event, &["a"]).await;
    let forget = async |event_id, at_most| {
        let done = index.forget(ours, trace(), event_id, at_most).await.unwrap();
        (done.removed, done.left)
    };
    assert_eq!(forget(Some(event), 0).await, (0, 3), "only counted");
    assert_eq!(forget(Some(event), 2).await, (2, 1));
    assert_eq!(forget(Some(event), 10).await, (1, 0));
    assert_eq!(forget(Some(event), 10).await, (0, 0), "asking again is harmless");
    assert_eq!(find(index, ours, "walnut", &axis(3)).await, ["d"], "another event's stays");
    assert_eq!(find(index, ours, "walnut", &axis(9)).await, ["d"], "by words alone");
    assert_eq!(forget(None, 10).await, (1, 0));
    assert_eq!(find(index, ours, "walnut", &axis(3)).await, Vec::<String>::new());
    assert_eq!(find(index, theirs, "walnut", &axis(3)).await, ["a"], "another tenant's stays");
}
