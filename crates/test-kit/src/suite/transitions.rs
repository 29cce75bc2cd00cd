//! Claims about changes of an event's status.

use app::ports::{EventRecord, EventStore, EventTransition};
use contracts::Timestamp;
use contracts::pipeline::{Assessment, ExtractorReport, KindCount};
use domain::event::EventStatus;
use futures_util::future::join;
use ids::{EventId, TenantId};

use super::insert;
use crate::Fixtures;

/// A way from `received` to every status.
pub(super) fn way_to(status: EventStatus) -> &'static [EventStatus] {
    match status {
        EventStatus::Received => &[],
        EventStatus::Processing => &[EventStatus::Processing],
        EventStatus::Processed => &[EventStatus::Processing, EventStatus::Processed],
        EventStatus::Skipped => &[EventStatus::Processing, EventStatus::Skipped],
        EventStatus::Failed => &[EventStatus::Processing, EventStatus::Failed],
        EventStatus::Dead => &[EventStatus::Dead],
    }
}

async fn read(store: &dyn EventStore, tenant: TenantId, event_id: EventId) -> EventRecord {
    store.get(tenant, event_id).await.unwrap().unwrap()
}

async fn stored_at(
    store: &dyn EventStore,
    make: &Fixtures,
    tenant: TenantId,
    status: EventStatus,
) -> EventId {
    let event = make.event();
    insert(store, tenant, &event).await;
    for next in way_to(status) {
        let change = EventTransition::to(*next);
        assert_eq!(store.transition(tenant, event.event_id, &change, make.now()).await, Ok(true));
    }
    event.event_id
}

pub(super) async fn every_pair_of_statuses_is_as_the_rules_say(store: &dyn EventStore) {
    let make = Fixtures::new(201);
    let ours = make.tenant();
    for from in EventStatus::ALL {
        for to in EventStatus::ALL {
            let event_id = stored_at(store, &make, ours, from).await;
            let before = read(store, ours, event_id).await;
            let depth = store.outbox_depth().await.unwrap();
            let now = Timestamp::from_unix_ms(make.now().unix_ms() + 77);
            let changed = store.transition(ours, event_id, &EventTransition::to(to), now).await;
            assert_eq!(changed, Ok(from.allows(to)), "{from} to {to}");
            let after = read(store, ours, event_id).await;
            if from.allows(to) {
                assert_eq!((after.status, after.updated_at), (to, now), "{from} to {to}");
            } else {
                assert_eq!(after, before, "{from} to {to}");
            }
            let closes = u32::from(from.allows(to) && to.is_settled() && !from.is_settled());
            assert_eq!(store.outbox_depth().await, Ok(depth - closes), "{from} to {to}");
        }
    }
}

pub(super) async fn what_is_not_said_stays(store: &dyn EventStore) {
    let make = Fixtures::new(202);
    let ours = make.tenant();
    let event_id = stored_at(store, &make, ours, EventStatus::Processing).await;
    let counts = vec![KindCount { kind: "budget".into(), count: 2 }];
    let said = EventTransition {
        status: EventStatus::Processing,
        run: None,
        reason: Some("because “so”".into()),
        title: Some("Kick-off 🎉".into()),
        account: Some("ACME".into()),
        signals_count: Some(2),
        assessment: Some(Assessment {
            extractor: Some(ExtractorReport {
                kind: "model".into(),
                model: Some("m-1".into()),
                dropped_quotes: 2,
                fallback_reason: None,
            }),
            qualification: 0.213,
            risk: 0.1 + 0.2,
            headline: "Known: budget".into(),
            counts,
        }),
        letter: None,
    };
    assert_eq!(store.transition(ours, event_id, &said, make.now()).await, Ok(true));
    for later in [EventTransition::to(EventStatus::Processing), EventTransition::to(EventStatus::Processed)] {
        assert_eq!(store.transition(ours, event_id, &later, make.now()).await, Ok(true));
        let record = read(store, ours, event_id).await;
        let known = EventTransition {
            status: record.status,
            run: None,
            reason: record.reason,
            title: record.title,
            account: record.account,
            signals_count: Some(record.signals_count),
            assessment: record.assessment,
            letter: None,
        };
        assert_eq!(known, EventTransition { status: later.status, ..said.clone() });
    }
    let none_left = EventTransition { signals_count: Some(0), ..EventTransition::to(EventStatus::Processed) };
    assert_eq!(store.transition(ours, event_id, &none_left, make.now()).await, Ok(true));
    assert_eq!(read(store, ours, event_id).await.signals_count, 0, "zero is said, not left out");
}

pub(super) async fn a_refused_transition_changes_nothing(store: &dyn EventStore) {
    let make = Fixtures::new(203);
    let ours = make.tenant();
    let event_id = stored_at(store, &make, ours, EventStatus::Processed).await;
    let before = read(store, ours, event_id).await;
    let late =
        EventTransition { reason: Some("too late".into()), ..EventTransition::to(EventStatus::Failed) };
    assert_eq!(store.transition(ours, event_id, &late, make.now()).await, Ok(false));
    assert_eq!(read(store, ours, event_id).await, before);
    let unknown = make.event().event_id;
    assert_eq!(store.transition(ours, unknown, &late, make.now()).await, Ok(false), "an unknown event");
    assert_eq!(store.get(ours, unknown).await, Ok(None));
}

pub(super) async fn another_tenant_changes_nothing(store: &dyn EventStore) {
    let make = Fixtures::new(204);
    let (ours, theirs) = (make.tenant(), make.tenant());
    let event_id = stored_at(store, &make, theirs, EventStatus::Received).await;
    let before = read(store, theirs, event_id).await;
    let change =
        EventTransition { reason: Some("not yours".into()), ..EventTransition::to(EventStatus::Dead) };
    assert_eq!(store.transition(ours, event_id, &change, make.now()).await, Ok(false));
    assert_eq!(read(store, theirs, event_id).await, before);
}

pub(super) async fn of_two_contradicting_transitions_one_wins(store: &dyn EventStore) {
    let make = Fixtures::new(205);
    let ours = make.tenant();
    let event_id = stored_at(store, &make, ours, EventStatus::Processing).await;
    let (processed, skipped) =
        (EventTransition::to(EventStatus::Processed), EventTransition::to(EventStatus::Skipped));
    let (first, second) = join(
        store.transition(ours, event_id, &processed, make.now()),
        store.transition(ours, event_id, &skipped, make.now()),
    )
    .await;
    let status = read(store, ours, event_id).await.status;
    let expect = if first == Ok(true) { EventStatus::Processed } else { EventStatus::Skipped };
    assert_ne!(first, second, "both are final, so that only one can have happened");
    assert_eq!(status, expect);
}
