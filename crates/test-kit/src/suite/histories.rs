//! What every store of histories must do.

use app::ports::{EventStore, HistoryStore, KnownItem, NewEvent, NewHistory};
use contracts::Timestamp;
use ids::{EndpointId, EventId};

use crate::Fixtures;

/// Checks the promises of [`HistoryStore`], over the same events as `events`.
///
/// # Panics
/// Where one is broken.
pub async fn history_store_suite(events: &dyn EventStore, store: &dyn HistoryStore) {
    let make = Fixtures::new(28);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let endpoint_id = EndpointId::from_parts(1, [4; 10]);
    let at = Timestamp::from_unix_ms;
    let history = |walk: &str| NewHistory {
        endpoint_id,
        source: "hmac".into(),
        provider: "fathom".into(),
        description: None,
        base_url: "https://api.fathom.ai".into(),
        sealed: "x1.one".into(),
        from: at(1_000),
        walk: walk.into(),
        at: at(2_000),
    };
    assert_eq!(store.get(ours, endpoint_id).await, Ok(None));
    store.put(ours, &history("begin")).await.unwrap();
    let stored = store.get(ours, endpoint_id).await.unwrap().unwrap();
    assert_eq!((&stored.history, &stored.run_id, stored.recalled), (&history("begin"), &None, None));
    assert_eq!(store.get(theirs, endpoint_id).await, Ok(None), "another tenant's");

    // One run walks at a time; one that has ended is followed.
    let hold = async |run: &str, over| store.hold(ours, endpoint_id, run, over, at(3_000)).await.unwrap();
    assert_eq!(store.hold(theirs, endpoint_id, "x", None, at(3_000)).await, Ok(None));
    for (run, over, holder) in
        [("a", None, "a"), ("a", None, "a"), ("b", None, "a"), ("b", Some("c"), "a"), ("b", Some("a"), "b")]
    {
        assert_eq!(hold(run, over).await.as_deref(), Some(holder), "{run} after {over:?}");
    }
    let walked =
        async |run: &str, walk: &str| store.walked(ours, endpoint_id, run, walk, at(4_000)).await.unwrap();
    assert_eq!((walked("a", "no").await, walked("b", "second").await), (false, true));
    assert_eq!(store.walked(theirs, endpoint_id, "b", "no", at(4_000)).await, Ok(false));
    let [first, second] = [1, 2].map(|n| EventId::from_parts(5_000 + n, [5; 10]));
    for up_to in [second, first] {
        store.recalled(ours, endpoint_id, up_to).await.unwrap();
    }
    // Other credentials for the same list change neither the walk nor who walks.
    let other_key = NewHistory { sealed: "x1.two".into(), at: at(6_000), ..history("anew") };
    store.put(ours, &other_key).await.unwrap();
    let stored = store.get(ours, endpoint_id).await.unwrap().unwrap();
    assert_eq!((stored.history.walk.as_str(), stored.history.sealed.as_str()), ("second", "x1.two"));
    assert_eq!((stored.run_id.as_deref(), stored.recalled), (Some("b"), Some(second)));
    assert_eq!((stored.history.at, stored.updated_at), (at(2_000), at(6_000)));
    // Another list is walked anew, and whoever walked the one before finds it gone.
    let elsewhere = NewHistory { base_url: "https://other.example".into(), ..history("anew") };
    store.put(ours, &elsewhere).await.unwrap();
    let stored = store.get(ours, endpoint_id).await.unwrap().unwrap();
    assert_eq!((stored.history.walk.as_str(), stored.run_id, stored.recalled), ("anew", None, Some(second)));
    assert!(!walked("b", "no").await);
    store.put(ours, &NewHistory { from: at(500), ..elsewhere }).await.unwrap();
    assert_eq!(
        store.get(ours, endpoint_id).await.unwrap().unwrap().recalled,
        None,
        "more is to be looked through"
    );

    // What is known stays as it was first known, and is the tenant's own.
    let item = |id: &str, run: &str| KnownItem {
        item_id: id.into(),
        event_id: (id != "c").then_some(first),
        sha256: (id != "a").then(|| "aa".into()),
        run_id: run.into(),
        page: 2,
    };
    store.note(ours, endpoint_id, &[item("a", "one"), item("c", "one")], at(7_000)).await.unwrap();
    store.note(ours, endpoint_id, &[item("a", "two"), item("b", "two")], at(7_001)).await.unwrap();
    store.note(ours, endpoint_id, &[], at(7_002)).await.unwrap();
    let asked: Vec<String> = ["a", "b", "c", "d"].map(Into::into).to_vec();
    let mut known = store.known(ours, endpoint_id, &asked).await.unwrap();
    known.sort_by(|a, b| a.item_id.cmp(&b.item_id));
    assert_eq!(known, [item("a", "one"), item("b", "two"), item("c", "one")]);
    assert_eq!(store.known(theirs, endpoint_id, &asked).await, Ok(vec![]));
    assert_eq!(store.count(ours, endpoint_id).await, Ok(3));
    assert_eq!(store.count(theirs, endpoint_id).await, Ok(0));

    // Deliveries of the endpoint alone, in order.
    let id = |n: u64| EventId::from_parts(9_000 + n, [6; 10]);
    let places =
        [(ours, Some(endpoint_id)), (ours, None), (theirs, Some(endpoint_id)), (ours, Some(endpoint_id))];
    for (n, (tenant, endpoint)) in places.into_iter().enumerate() {
        let event = NewEvent { event_id: id(n as u64), endpoint_id: endpoint, ..make.event() };
        events.insert(tenant, &event, None, make.now()).await.unwrap();
    }
    let found = async |after, limit| {
        let found = store.deliveries(ours, endpoint_id, after, limit).await.unwrap();
        found.into_iter().map(|delivery| delivery.event_id).collect::<Vec<_>>()
    };
    let before = EventId::from_parts(9_000, [0; 10]);
    assert_eq!(found(before, 9).await, [id(0), id(3)]);
    assert_eq!((found(before, 1).await, found(id(0), 9).await), (vec![id(0)], vec![id(3)]));

    assert_eq!(store.remove(theirs, endpoint_id).await, Ok(false));
    assert_eq!(
        (store.remove(ours, endpoint_id).await, store.remove(ours, endpoint_id).await),
        (Ok(true), Ok(false))
    );
    assert_eq!(store.get(ours, endpoint_id).await, Ok(None));
    assert_eq!(store.count(ours, endpoint_id).await, Ok(3), "none of them comes twice");
}
