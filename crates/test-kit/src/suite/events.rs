//! Claims about storing, reading and listing events.

use app::ports::{EventFinder, EventRecord, EventStore, EventTransition, Inserted, NewEvent};
use contracts::Timestamp;
use contracts::pipeline::ListEvents;
use contracts::pipeline::operations::FindEvents;
use domain::EventWorkflow;
use domain::event::EventStatus;
use futures_util::future::join_all;
use ids::{EndpointId, EventId, TenantId};

use super::{NEVER, insert};
use crate::Fixtures;

pub(super) async fn insert_stores_a_delivery_once(store: &dyn EventStore) {
    let make = Fixtures::new(101);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let depth = store.outbox_depth().await.unwrap();
    let first = make.event();
    insert(store, ours, &first).await;

    let again = NewEvent { delivery_key: first.delivery_key.clone(), ..make.event() };
    let existing =
        Inserted::Existing { event_id: first.event_id, content_sha256: first.content_sha256.clone() };
    assert_eq!(store.insert(ours, &again, None, NEVER).await, Ok(existing), "the same delivery");
    assert_eq!(store.get(ours, again.event_id).await, Ok(None), "and nothing of the second is stored");
    assert_eq!(store.outbox_depth().await, Ok(depth + 1));

    insert(store, theirs, &NewEvent { delivery_key: first.delivery_key.clone(), ..make.event() }).await;
    assert_eq!(store.outbox_depth().await, Ok(depth + 2), "another tenant's key is its own");

    insert(store, ours, &first).await;
    assert_eq!(store.outbox_depth().await, Ok(depth + 2), "trying an insert again changes nothing");
    assert_eq!(store.get(ours, first.event_id).await.unwrap().unwrap().event, first);
}

pub(super) async fn of_concurrent_deliveries_exactly_one_is_new(store: &dyn EventStore) {
    let make = Fixtures::new(102);
    let ours = make.tenant();
    let depth = store.outbox_depth().await.unwrap();
    let key = "webhook:one-delivery".to_owned();
    let events: Vec<_> = (0..40).map(|_| NewEvent { delivery_key: key.clone(), ..make.event() }).collect();
    let outcomes = join_all(events.iter().map(|event| store.insert(ours, event, None, NEVER))).await;
    let new: Vec<_> = (0..40).filter(|at| outcomes[*at] == Ok(Inserted::New)).collect();
    let [winner] = new.as_slice() else {
        panic!("{} of 40 deliveries were new", new.len());
    };
    let NewEvent { event_id, content_sha256, .. } = events[*winner].clone();
    let existing = Inserted::Existing { event_id, content_sha256 };
    assert!(
        outcomes.iter().enumerate().all(|(at, outcome)| at == *winner || *outcome == Ok(existing.clone()))
    );
    let listed = store.list(ours, &ListEvents { limit: 200, ..ListEvents::default() }).await.unwrap();
    assert_eq!(ids(&listed), [event_id]);
    assert_eq!(store.outbox_depth().await, Ok(depth + 1));
}

pub(super) async fn an_event_id_is_nobody_elses(store: &dyn EventStore) {
    let make = Fixtures::new(103);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let event = make.event();
    insert(store, theirs, &event).await;
    for (tenant, key) in [(ours, event.delivery_key.clone()), (theirs, "another".to_owned())] {
        let taken = NewEvent { delivery_key: key, ..event.clone() };
        assert!(store.insert(tenant, &taken, None, NEVER).await.is_err(), "an id that is taken is refused");
    }
    assert_eq!(store.get(ours, event.event_id).await, Ok(None));
    assert_eq!(store.get(theirs, event.event_id).await.unwrap().unwrap().event, event);
}

pub(super) async fn every_field_comes_back(store: &dyn EventStore) {
    let make = Fixtures::new(104);
    let ours = make.tenant();
    let bare = make.event();
    let full = NewEvent {
        workflow: EventWorkflow::CrmChange,
        source: "gong".into(),
        kind: "call.completed.v2".into(),
        subject: Some("Zoë's “call” — 50 k€ 🎉\nline two\t\u{0}'; DROP TABLE events; --".into()),
        endpoint_id: Some(EndpointId::from_parts(1, [9; 10])),
        media_type: "application/json; charset=utf-8".into(),
        size_bytes: 8 * 1024 * 1024,
        occurred_at: Some(Timestamp::from_unix_ms(1)),
        ..make.event()
    };
    for event in [bare, full] {
        insert(store, ours, &event).await;
        let expect = EventRecord {
            run: 0,
            status: EventStatus::Received,
            reason: None,
            title: None,
            account: None,
            signals_count: 0,
            assessment: None,
            updated_at: event.received_at,
            event,
        };
        assert_eq!(store.get(ours, expect.event.event_id).await, Ok(Some(expect)));
    }
}

pub(super) async fn another_tenant_sees_nothing(store: &dyn EventStore) {
    let make = Fixtures::new(105);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let event = make.event();
    insert(store, theirs, &event).await;
    let everything = ListEvents { limit: 200, ..ListEvents::default() };
    assert_eq!(store.get(ours, event.event_id).await, Ok(None));
    assert_eq!(store.list(ours, &everything).await, Ok(vec![]));
    assert_eq!(store.steps(ours, event.event_id).await, Ok(vec![]));
    assert_eq!(ids(&store.list(theirs, &everything).await.unwrap()), [event.event_id]);
}

pub(super) async fn lists_are_newest_first_and_paged(store: &dyn EventStore) {
    let make = Fixtures::new(106);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let mut expect = Vec::new();
    for _ in 0..7 {
        let event = make.event();
        insert(store, ours, &event).await;
        insert(store, theirs, &make.event()).await;
        expect.insert(0, event.event_id);
    }
    for limit in [1, 3, 7, 200] {
        let mut seen = Vec::new();
        let mut before = None;
        loop {
            let page = list(store, ours, ListEvents { before, limit, ..ListEvents::default() }).await;
            let Some(last) = page.last() else { break };
            assert!(page.len() <= limit as usize);
            before = Some(*last);
            seen.extend(page);
        }
        assert_eq!(seen, expect, "in pages of {limit}");
    }
}

pub(super) async fn lists_are_narrowed_by_every_field(store: &dyn EventStore) {
    let make = Fixtures::new(107);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let event =
        |source: &str, kind: &str| NewEvent { source: source.into(), kind: kind.into(), ..make.event() };
    let events = [event("gong", "call"), event("gong", "mail"), event("zoom", "call"), event("zoom", "mail")];
    for event in &events {
        insert(store, ours, event).await;
        insert(
            store,
            theirs,
            &NewEvent { source: event.source.clone(), kind: event.kind.clone(), ..make.event() },
        )
        .await;
    }
    for at in [1, 2] {
        let skip = app::ports::EventTransition::to(EventStatus::Skipped);
        assert_eq!(store.transition(ours, events[at].event_id, &skip, make.now()).await, Ok(true));
    }
    let some = |text: &str| Some(text.to_owned());
    for (status, source, kind, before, expect) in [
        (None, None, None, None, &[3, 2, 1, 0][..]),
        (some("skipped"), None, None, None, &[2, 1]),
        (some("received"), None, None, None, &[3, 0]),
        (some("no-such-status"), None, None, None, &[]),
        (None, some("gong"), None, None, &[1, 0]),
        (None, None, some("call"), None, &[2, 0]),
        (None, some("zoom"), some("call"), None, &[2]),
        (some("skipped"), some("gong"), some("mail"), None, &[1]),
        (some("skipped"), some("gong"), some("call"), None, &[]),
        (some("received"), None, None, Some(3), &[0]),
        (None, None, some("mail"), Some(3), &[1]),
    ] {
        let before = before.map(|at: usize| events[at].event_id);
        let query = ListEvents { status, source, kind, before, limit: 200 };
        let expect: Vec<_> = expect.iter().map(|at| events[*at].event_id).collect();
        assert_eq!(list(store, ours, query.clone()).await, expect, "{query:?}");
    }
}

async fn list(store: &dyn EventStore, tenant: TenantId, query: ListEvents) -> Vec<EventId> {
    ids(&store.list(tenant, &query).await.unwrap())
}

fn ids(records: &[EventRecord]) -> Vec<EventId> {
    records.iter().map(|record| record.event.event_id).collect()
}

/// On a store with the events of the other claims: what is asked for is narrowed by its tenants.
pub(super) async fn operators_find_events_of_all_tenants(store: &dyn EventStore, finder: &dyn EventFinder) {
    let make = Fixtures::new(90);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let events = [make.event(), make.event(), make.event()];
    for (tenant, event) in [(ours, &events[0]), (theirs, &events[1]), (ours, &events[2])] {
        insert(store, tenant, event).await;
    }
    let dead = EventTransition { run: Some(0), ..EventTransition::to(EventStatus::Failed) };
    assert_eq!(store.transition(ours, events[2].event_id, &dead, make.now()).await, Ok(true));
    let find = async |query: FindEvents| -> Vec<(TenantId, EventId)> {
        let found = finder.find(&FindEvents { limit: 200, ..query }).await.unwrap();
        assert!(found.is_sorted_by(|(_, one), (_, other)| one.event.event_id > other.event.event_id));
        let wanted = |(_, record): &&(TenantId, EventRecord)| {
            events.iter().any(|event| event.event_id == record.event.event_id)
        };
        found.iter().filter(wanted).map(|(tenant, record)| (*tenant, record.event.event_id)).collect()
    };
    let [first, second, third] = [0, 1, 2].map(|at: usize| events[at].event_id);
    let all = FindEvents::default();
    let tenant = Some(ours);
    assert_eq!(find(all.clone()).await, [(ours, third), (theirs, second), (ours, first)]);
    assert_eq!(find(FindEvents { tenant, ..all.clone() }).await, [(ours, third), (ours, first)]);
    assert_eq!(find(FindEvents { tenant, before: Some(third), ..all.clone() }).await, [(ours, first)]);
    let failed = Some(EventStatus::Failed.as_str().to_owned());
    assert_eq!(find(FindEvents { status: failed.clone(), ..all.clone() }).await, [(ours, third)]);
    assert_eq!(find(FindEvents { tenant: Some(theirs), status: failed, ..all.clone() }).await, []);
    let source = Some(events[0].source.clone());
    assert_eq!(find(FindEvents { tenant, source, ..all.clone() }).await.len(), 2);
    assert_eq!(find(FindEvents { tenant, source: Some("nobody".into()), ..all.clone() }).await, []);
    let at = |event: EventId| Some(Timestamp::from_unix_ms(event.unix_ms()));
    assert_eq!(find(FindEvents { since: at(third), ..all.clone() }).await, [(ours, third)]);
    assert_eq!(find(FindEvents { tenant, until: at(third), ..all.clone() }).await, [(ours, first)]);
    assert_eq!(find(FindEvents { tenant, since: at(first), until: at(first), ..all }).await, []);
    let owners = [finder.owner(first).await, finder.owner(second).await];
    assert_eq!(owners, [Ok(Some(ours)), Ok(Some(theirs))]);
    assert_eq!(finder.owner(EventId::from_parts(1, [77; 10])).await, Ok(None));
}
